import type { IncomingMessage, ServerResponse } from "node:http";
import { suggestWord } from "../../shared/suggest.ts";
import { UserError, UserErrors } from "../../shared/user-error.ts";
import type { ErrorResponse } from "../protocol/request.ts";
import { checkQuery } from "./check-request.ts";
import type { ControlTarget } from "./handler.ts";
import { routes } from "./routes.ts";

/** No request of this API is longer (bytes). */
const longestBody = 65_536;

const statusOfCode: Readonly<Record<string, number>> = {
  bad_request: 400,
  unknown_task: 404,
  not_found: 404,
  method_not_allowed: 405,
  tasks_file: 422,
};

/** Answers a request by its route; every error is answered too. */
export async function answerRequest(
  target: ControlTarget,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = readUrl(request.url ?? "/");
    const isHead = request.method === "HEAD";
    const route = `${isHead ? "GET" : request.method} ${url.pathname}`;
    const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (handler === undefined) throw noRoute(request.method ?? "", url.pathname, response);
    checkQuery(route, url.searchParams);
    const body = await readBody(request);
    if (request.method !== "POST" && body !== undefined)
      throw new UserError("bad_request", `${request.method} ${url.pathname} takes no body`);
    const result = await handler(target, { query: url.searchParams, body: body ?? {} });
    if ("stream" in result && isHead) response.end();
    else if ("stream" in result) result.stream(response);
    else if ("text" in result) response.writeHead(200, { "content-type": result.type }).end(result.text);
    else sendJson(response, result.status, result.body);
  } catch (error) {
    sendError(response, error);
  }
}

/** Says which method a path wants, where only that is wrong. */
function noRoute(method: string, path: string, response: ServerResponse): UserError {
  const allowed = ["GET", "POST"].filter((one) => Object.hasOwn(routes, `${one} ${path}`));
  if (allowed.length === 0) {
    const near = suggestWord(path, [
      ...new Set(Object.keys(routes).map((route) => route.split(" ")[1] ?? "")),
    ]);
    const hint = near === undefined ? "GET /v1/openapi.json lists the routes" : `did you mean "${near}"?`;
    return new UserError("not_found", `no such route: ${method} ${path}`, { hint });
  }
  response.setHeader("allow", [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : [])].join(", "));
  const hint = `use ${allowed.join(" or ")}`;
  return new UserError("method_not_allowed", `${path} does not take ${method}`, { hint });
}

function readUrl(text: string): URL {
  const base = "http://longshored";
  if (!URL.canParse(text, base)) throw new UserError("bad_request", `cannot read the address ${text}`);
  return new URL(text, base);
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
  if (length === 0) return undefined;
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
