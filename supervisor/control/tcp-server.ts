import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { TcpControl } from "../config/tcp-control.ts";
import { UserError } from "../config/user-error.ts";
import { answerRequest } from "./answer.ts";
import type { ControlTarget } from "./routes.ts";

/**
 * Serves the control API over TCP to whoever has the token, or a certificate of the authority.
 * @throws UserError when a file cannot be read or the address not be had
 */
export async function serveControlOverTcp(settings: TcpControl, target: ControlTarget): Promise<Server> {
  try {
    const token =
      settings.token_file === undefined ? undefined : readFileSync(settings.token_file, "utf8").trim();
    if (token === "")
      throw new UserError("control", `cannot serve ${settings.listen}: ${settings.token_file} is empty`);
    const server = createFor(settings, (request, response) => {
      if (token === undefined || carriesToken(request, token)) {
        void answerRequest(target, request, response);
        return;
      }
      const body = JSON.stringify({
        error: { code: "unauthorized", message: "the token is missing or wrong" },
      });
      response.writeHead(401, { "www-authenticate": "Bearer", "content-type": "application/json" }).end(body);
    });
    const at = settings.listen.lastIndexOf(":");
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(Number(settings.listen.slice(at + 1)), settings.listen.slice(0, at), resolve);
    });
    return server;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError("control", `cannot serve ${settings.listen} (${code ?? message})`, { cause: error });
  }
}

function createFor({ tls }: TcpControl, listener: RequestListener): Server {
  if (tls === undefined) return createServer(listener);
  const options = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  if (tls.client_ca === undefined) return createTlsServer(options, listener);
  const mutual = { ca: readFileSync(tls.client_ca), requestCert: true, rejectUnauthorized: true };
  return createTlsServer({ ...options, ...mutual }, listener);
}

/** Compares digests, which are of one length, in constant time. */
function carriesToken(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
