import { createHash, timingSafeEqual } from "node:crypto";
import { closeSync, constants, fstatSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import { createSecureContext, type TlsOptions } from "node:tls";
import { readDescriptor } from "../../shared/io/read-limited.ts";
import { UserError } from "../../shared/user-error.ts";
import { openGuarded, readGuarded } from "../config/files/guarded-path.ts";
import { parseAddress } from "../config/task/address.ts";
import type { TcpControl } from "../config/tcp-control.ts";
import { answerRequest } from "./answer.ts";
import type { ControlTarget } from "./handler.ts";
import { limitConnections } from "./limit-connections.ts";

/** How long requests that are under way may take when their server closes (ms): the reload that closes it is one. */
const closingTime = 1_000;
/** So few clients leave the descriptors to the tasks. */
const mostConnections = 100;
/** A shorter token can be guessed (characters). */
const shortestToken = 16;

/** The control API over TCP, for whoever has the token, or a certificate of the authority. */
export class TcpServer {
  private server: Server | undefined;
  private settings: TcpControl | undefined;
  private token: string | undefined;

  constructor(private readonly target: ControlTarget) {}

  /**
   * Serves as these settings say from now on, or not at all. Token and certificates are read anew.
   * @throws UserError when a file cannot be read or the address not be had; it serves as before then
   */
  async use(settings: TcpControl | undefined): Promise<void> {
    if (settings === undefined) {
      this.close();
      return;
    }
    try {
      const token = await readToken(settings);
      const tls = await readTls(settings);
      if (this.server === undefined || this.settings === undefined || !isSamePlace(this.settings, settings))
        await this.replace(settings, tls);
      else if (tls !== undefined && this.server instanceof TlsServer) this.server.setSecureContext(tls);
      this.settings = settings;
      this.token = token;
    } catch (error) {
      if (error instanceof UserError) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UserError("control", `cannot serve ${settings.listen} (${code ?? message})`, {
        cause: error,
      });
    }
  }

  close(): void {
    const { server } = this;
    this.server = undefined;
    this.settings = undefined;
    server?.close();
    server?.closeIdleConnections();
    setTimeout(() => server?.closeAllConnections(), closingTime).unref();
  }

  private async replace(settings: TcpControl, tls: TlsOptions | undefined): Promise<void> {
    // The same address can be had only when the server that has it is gone.
    if (this.settings?.listen === settings.listen) this.close();
    const answer: RequestListener = (request, response) => {
      // Only a browser sends these, for a page that nobody means to control tasks (DNS rebinding, say).
      if (request.headers.origin !== undefined || request.headers["sec-fetch-site"] !== undefined) {
        refuse(response, 403, "forbidden", "a browser has no use here");
        return;
      }
      if (this.token === undefined || carriesToken(request, this.token)) {
        void answerRequest(this.target, request, response);
        return;
      }
      response.setHeader("www-authenticate", "Bearer");
      refuse(response, 401, "unauthorized", "the token is missing or wrong");
    };
    const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
    limitConnections(server, mostConnections);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(parseAddress(settings.listen), resolve);
    });
    this.close();
    this.server = server;
  }
}

async function readToken({ listen, token_file: file }: TcpControl): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const fd = openGuarded(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const token = (await readDescriptor(fd)).toString("utf8").trim();
    if (token === "") throw new UserError("control", `cannot serve ${listen}: ${file} is empty`);
    const { mode } = fstatSync(fd);
    const fail = (what: string, hint: string): never => {
      throw new UserError("control", `cannot serve ${listen}: the token in ${file} ${what}`, { hint });
    };
    if ((mode & 0o007) !== 0)
      fail(`can be read by every user (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${file}`);
    if (token.length < shortestToken)
      fail(
        `is shorter than ${shortestToken} characters`,
        `make one that nobody guesses: openssl rand -hex 32 > ${file}`,
      );
    return token;
  } finally {
    closeSync(fd);
  }
}

async function readTls({ listen, tls }: TcpControl): Promise<TlsOptions | undefined> {
  if (tls === undefined) return undefined;
  const own = { cert: await readGuarded(tls.cert), key: await readGuarded(tls.key) };
  const mutual =
    tls.client_ca === undefined
      ? {}
      : { ca: await readGuarded(tls.client_ca), requestCert: true, rejectUnauthorized: true };
  const options = { ...own, ...mutual };
  try {
    createSecureContext(options);
  } catch (error) {
    const { message } = error as Error;
    throw new UserError("control", `cannot serve ${listen} with ${tls.cert} and ${tls.key}: ${message}`, {
      cause: error,
    });
  }
  return options;
}

/** Whether a server for these settings can serve those: only what is in the files may differ. */
function isSamePlace(before: TcpControl, now: TcpControl): boolean {
  const kindOf = ({ listen, tls }: TcpControl): string =>
    JSON.stringify([listen, tls !== undefined, tls?.client_ca !== undefined]);
  return kindOf(before) === kindOf(now);
}

/** Compares digests, which are of one length, in constant time. */
function carriesToken(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { code, message } }));
}
