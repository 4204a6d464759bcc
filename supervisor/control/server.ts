import { mkdirSync, unlinkSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { UserError, UserErrors } from "../config/user-error.ts";
import type { ErrorResponse } from "../protocol/request.ts";
import { type ControlTarget, routes } from "./routes.ts";

/** No request of this API is longer (bytes). */
const longestBody = 65_536;

const statusOfCode: Readonly<Record<string, number>> = {
  bad_request: 400,
  unknown_task: 404,
  not_found: 404,
  tasks_file: 422,
};

/**
 * Serves the control API on a unix socket that only this user may open. A socket left behind by a dead supervisor
 * is replaced.
 * @throws UserError when another supervisor answers there, or the socket cannot be made
 */
export async function serveControl(socketPath: string, target: ControlTarget): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(target, request, response);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  try {
    mkdirSync(dirname(socketPath), { recursive: true, mode: 0o755 });
    await listen(server, socketPath).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      if (await isAnswered(socketPath)) {
        const hint = "give this one a socket of its own: longshored --socket PATH FILE";
        throw new UserError("socket_in_use", `cannot listen on ${socketPath}: another longshored does`, {
          hint,
        });
      }
      unlinkSync(socketPath);
      await listen(server, socketPath);
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError("socket", `cannot listen on ${socketPath} (${code ?? message})`, { cause: error });
  }
  return server;
}

/** The mask is set while the socket is made, so that there is no moment in which others may open it. */
function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const umask = process.umask(0o177);
    server.once("error", reject);
    server.listen(socketPath, () => {
      server.off("error", reject);
      resolve();
    });
    process.umask(umask);
  });
}

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

async function answer(
  target: ControlTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://longshored");
    const handler = routes[`${request.method} ${url.pathname}`];
    if (handler === undefined)
      throw new UserError("not_found", `no such route: ${request.method} ${url.pathname}`);
    const body = request.method === "POST" ? await readBody(request) : undefined;
    const result = await handler(target, { query: url.searchParams, body });
    if ("stream" in result) result.stream(response);
    else sendJson(response, result.status, result.body);
  } catch (error) {
    sendError(response, error);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody)
      throw new UserError("bad_request", `the body is longer than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  if (length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new UserError("bad_request", "the body is not JSON");
  }
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (!(error instanceof UserError)) {
    sendJson(response, 500, { error: { code: "bug", message: String(error) } } satisfies ErrorResponse);
    return;
  }
  const hint =
    error instanceof UserErrors ? error.problems.find((problem) => problem.hint)?.hint : error.hint;
  const body: ErrorResponse = {
    error: { code: error.code, message: error.message, ...(hint ? { hint } : {}) },
  };
  sendJson(response, statusOfCode[error.code] ?? 409, body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
