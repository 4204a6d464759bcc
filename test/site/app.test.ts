import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";

const SERVER = new URL("../../compose/site/app/server.mjs", import.meta.url).pathname;

let folder: string;
let socketPath: string;
let app: ChildProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "longshore-app-"));
  socketPath = join(folder, "app.sock");
  app = await startApp();
});

afterEach(() => {
  app.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function startApp(): Promise<ChildProcess> {
  const files = { RELEASE_FILE: join(folder, "release.json"), TLS_FILE: join(folder, "tls.json") };
  const child = spawn(process.execPath, [SERVER], {
    env: { ...process.env, APP_SOCKET: socketPath, ...files },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  return child;
}

interface Answer {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

async function ask(method: string, path: string, headers = {}, agent?: Agent): Promise<Answer> {
  const asked = request({ socketPath, method, path, headers, agent }).end();
  const [response] = await once(asked, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function deploy(release: string) {
  const file = join(folder, "release.json");
  writeFileSync(`${file}.new`, JSON.stringify({ stack: "site", release, host: "web1" }));
  renameSync(`${file}.new`, file);
}

test.each([
  ["GET", "/", 200, /<h1>site is up/],
  ["GET", "/?utm_source=x", 200, /<h1>site is up/],
  ["HEAD", "/", 200, /^$/],
  ["GET", "/healthz", 200, /"status":"ok"/],
  ["HEAD", "/healthz", 200, /^$/],
  ["POST", "/", 405, /not allowed/],
  ["DELETE", "/healthz", 405, /not allowed/],
  ["GET", "/nothing", 404, /not found/],
  ["POST", "/nothing", 404, /not found/],
])("%s %s: %i", async (method, path, status, body) => {
  const answer = await ask(method, path);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(body);
  expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  expect(answer.headers.allow).toBe(status === 405 ? "GET, HEAD" : undefined);
});

test("HEAD announces the length that GET has", async () => {
  const [head, get] = [await ask("HEAD", "/"), await ask("GET", "/")];
  expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
});

test("a deploy that replaces release.json is seen by the next request", async () => {
  expect(JSON.parse((await ask("GET", "/healthz")).body)).toMatchObject({ release: "unknown" });
  deploy("r1");
  expect(JSON.parse((await ask("GET", "/healthz")).body)).toMatchObject({ release: "r1", host: "web1" });
  deploy("r2");
  expect((await ask("GET", "/")).body).toContain("<code>r2</code>");
});

test("a broken release.json does not take the site down", async () => {
  for (const content of ["", "{", "null", "[]", '"x"']) {
    writeFileSync(join(folder, "release.json"), content);
    expect((await ask("GET", "/")).status).toBe(200);
  }
});

test("says whether the visitor came over HTTPS", async () => {
  expect((await ask("GET", "/", { "x-forwarded-proto": "https" })).body).toContain("<dd>HTTPS</dd>");
  expect((await ask("GET", "/", { "x-forwarded-proto": "http" })).body).toContain("<dd>plain HTTP</dd>");
});

test("SIGTERM ends it with 0, kept-alive connections or not", async () => {
  const agent = new Agent({ keepAlive: true });
  await ask("GET", "/", {}, agent);
  app.kill("SIGTERM");
  expect(await once(app, "exit")).toEqual([0, null]);
  agent.destroy();
});

test("starts again on the socket that a kill left behind", async () => {
  app.kill("SIGKILL");
  await once(app, "exit");
  app = await startApp();
  expect((await ask("GET", "/healthz")).status).toBe(200);
});
