import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";

const PROGRAM = new URL("../../compose/site/bin/duckdns.mjs", import.meta.url).pathname;
const TOKEN = "c0ffee00-1234-5678-9abc-def012345678";

let server: Server;
afterEach(() => server?.close());

/** A DuckDNS of our own. Resolves with its URL and with what it was asked. */
async function startDuckdns(answer: RequestListener) {
  const asked: URLSearchParams[] = [];
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://duckdns").searchParams);
    answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function runDuckdns(environment: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, DUCKDNS_TOKEN: TOKEN, DUCKDNS_DOMAINS: "my-site", ...environment };
    execFile(process.execPath, [PROGRAM], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test("points the names at the address that the request comes from", async () => {
  const { url, asked } = await startDuckdns((_, response) => response.end("OK"));
  const run = await runDuckdns({ DUCKDNS_URL: url, DUCKDNS_DOMAINS: "my-site.duckdns.org, other" });
  expect(run).toEqual({ code: 0, output: "DuckDNS is up to date: my-site, other\n" });
  expect(asked.map((query) => [query.get("domains"), query.get("token"), query.get("ip")])).toEqual([
    ["my-site,other", TOKEN, ""],
  ]);
});

test.each<[string, RequestListener, RegExp]>([
  ["a refusal", (_, response) => response.end("KO"), /refused the token or a name \(my-site\)/],
  ["a broken server", (_, response) => response.writeHead(502).end("<html>"), /status 502/],
  [
    "a redirect, which would hand the token on",
    (request, response) => response.writeHead(302, { location: `/elsewhere${request.url}` }).end(),
    /no answer/,
  ],
  ["a connection that breaks", (request) => request.socket.destroy(), /no answer .*\(UND_ERR_SOCKET\)/],
])("fails on %s, and the token is not in the message", async (_, answer, message) => {
  const { url, asked } = await startDuckdns(answer);
  const run = await runDuckdns({ DUCKDNS_URL: url });
  expect(run.code).toBe(1);
  expect(run.output).toMatch(message);
  expect(run.output).not.toContain(TOKEN);
  expect(asked).toHaveLength(1);
});

test("fails when nobody listens", async () => {
  const { url } = await startDuckdns(() => {});
  server.close();
  await once(server, "close");
  expect(await runDuckdns({ DUCKDNS_URL: url })).toEqual({
    code: 1,
    output: `cannot update DuckDNS: no answer from ${url} (ECONNREFUSED)\n`,
  });
});
