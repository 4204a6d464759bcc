import { readDeployment } from "./deployment.mjs";
import { CONTENT_SECURITY_POLICY, renderPage } from "./page.mjs";

const COMMON_HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** @typedef {{ status: number, type: string, body: string, headers?: Record<string, string> }} Answer */

/**
 * The request handler of the app: `/` for people, `/healthz` for machines.
 *
 * @param {{ releaseFile: string, tlsFile: string, now?: () => number }} options `now` in milliseconds
 * @returns {import("node:http").RequestListener}
 */
export function createHandler({ releaseFile, tlsFile, now = Date.now }) {
  const startedAt = now();
  return async (request, response) => {
    const secure = request.headers["x-forwarded-proto"] === "https";
    const uptimeSeconds = (now() - startedAt) / 1000;
    const answer = await route(request, { releaseFile, tlsFile, secure, uptimeSeconds }).catch(toServerError);
    response.writeHead(answer.status, {
      ...COMMON_HEADERS,
      ...answer.headers,
      "Content-Type": answer.type,
      "Content-Length": Buffer.byteLength(answer.body),
    });
    response.end(request.method === "HEAD" ? undefined : answer.body);
  };
}

/**
 * @param {import("node:http").IncomingMessage} request
 * @param {{ releaseFile: string, tlsFile: string, secure: boolean, uptimeSeconds: number }} context
 * @returns {Promise<Answer>}
 */
async function route(request, { releaseFile, tlsFile, secure, uptimeSeconds }) {
  const path = request.url?.split("?", 1)[0];
  if (path !== "/" && path !== "/healthz") return text(404, "not found\n");
  if (request.method !== "GET" && request.method !== "HEAD")
    return text(405, "method not allowed\n", { Allow: "GET, HEAD" });
  const deployment = await readDeployment({ releaseFile, tlsFile });
  if (path === "/healthz") return json(healthOf(deployment, uptimeSeconds));
  const page = renderPage(deployment, { uptimeSeconds, secure });
  const headers = { "Content-Security-Policy": CONTENT_SECURITY_POLICY };
  return { status: 200, type: "text/html; charset=utf-8", body: page, headers };
}

/** @param {import("./deployment.mjs").Deployment} deployment @param {number} uptimeSeconds */
function healthOf({ stack, release, host, tls }, uptimeSeconds) {
  return { status: "ok", stack, release, host, uptime_seconds: Math.round(uptimeSeconds), tls };
}

/** @param {unknown} body @returns {Answer} */
function json(body) {
  return { status: 200, type: "application/json", body: `${JSON.stringify(body)}\n` };
}

/** @param {number} status @param {string} body @param {Record<string, string>} [headers] @returns {Answer} */
function text(status, body, headers) {
  return { status, type: "text/plain; charset=utf-8", body, headers };
}

/** @param {unknown} error */
function toServerError(error) {
  console.error(error);
  return text(500, "internal server error\n");
}
