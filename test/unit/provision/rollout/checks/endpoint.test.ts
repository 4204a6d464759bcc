import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener, type Server, STATUS_CODES } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openLocalConnection } from "../../../../../provision/connection/local.ts";
import { requestEndpoint } from "../../../../../provision/rollout/checks/endpoint.ts";
import { type Folder, makeFolder } from "../../image/folder.ts";
import { hasProgram } from "../../programs.ts";

const connection = openLocalConnection("web1", { needed: false });
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Serves requests and writes down what came. */
async function serve(handler: RequestListener): Promise<number> {
  return listen(createHttp(handler));
}

test("the host's own address is asked, under the name of the site", async () => {
  const asked: unknown[] = [];
  const port = await serve((request, response) => {
    asked.push([request.url, request.headers.host]);
    response.end("ok");
  });
  const url = `http://site.example.org:${port}/healthz?deep=1`;
  expect(await requestEndpoint(connection, "127.0.0.1", url)).toEqual({
    url,
    status: 200,
    way: "direct",
    certificate: undefined,
  });
  expect(asked).toEqual([["/healthz?deep=1", `site.example.org:${port}`]]);
});

test("where the address does not answer here, the host is asked to ask itself", async () => {
  const port = await serve((_, response) => response.end("ok"));
  // 127.0.0.2 is this machine too, and nobody listens there.
  const answer = await requestEndpoint(connection, "127.0.0.2", `http://localhost:${port}/`);
  expect(answer).toMatchObject({ status: 200, way: "ssh" });
});

test.each([204, 301, 399])("%i is an answer", async (status) => {
  const port = await serve((_, response) => response.writeHead(status).end());
  expect(await requestEndpoint(connection, "127.0.0.1", `http://localhost:${port}/`)).toMatchObject({
    status,
  });
});

test.each([400, 404, 500, 502])("%i is an error that names URL and host", async (status) => {
  const port = await serve((_, response) => response.writeHead(status).end());
  const url = `http://localhost:${port}/healthz`;
  await expect(requestEndpoint(connection, "127.0.0.1", url)).rejects.toMatchObject({
    code: "endpoint_failed",
    message: `${url} of web1 answers ${status} ${STATUS_CODES[status]}`,
  });
});

test("nobody listens", async () => {
  const server = createTcp();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  await expect(requestEndpoint(connection, "127.0.0.1", `http://localhost:${port}/`)).rejects.toMatchObject({
    code: "endpoint_failed",
    message: `cannot request http://localhost:${port}/ of web1: nothing listens on port ${port}`,
  });
});

test("somebody hangs up without an answer", async () => {
  const port = await serve((request) => request.socket.destroy());
  const request = requestEndpoint(connection, "127.0.0.1", `http://localhost:${port}/`);
  await expect(request).rejects.toThrow(/^cannot request http:\/\/localhost:\d+\/ of web1: /);
});

describe.skipIf(!hasProgram("openssl"))("https", () => {
  let folder: Folder;
  let pem: { key: string; cert: string };

  beforeAll(() => {
    folder = makeFolder({});
    const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
    const subject = "/O=Example/CN=site.example.org";
    const argv = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "30",
    ];
    execFileSync("openssl", [...argv, "-subj", subject, "-keyout", key, "-out", cert], { stdio: "pipe" });
    pem = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  });
  afterAll(() => folder[Symbol.dispose]());

  test("the certificate is reported, not judged; the name is sent for it", async () => {
    const names: unknown[] = [];
    const port = await listen(
      createHttps(pem, (request, response) => {
        names.push((request.socket as TLSSocket & { servername?: string }).servername);
        response.end("ok");
      }),
    );
    const { certificate } = await requestEndpoint(
      connection,
      "127.0.0.1",
      `https://site.example.org:${port}/`,
    );
    const { fingerprint256, validTo } = new X509Certificate(pem.cert);
    expect(certificate).toEqual({
      fingerprint: fingerprint256,
      selfSigned: true,
      issuer: "Example site.example.org",
      validTo: new Date(validTo).toISOString(),
    });
    expect(names).toEqual(["site.example.org"]);
  });

  test("an address is no name to send", async () => {
    const port = await listen(createHttps(pem, (_, response) => response.end("ok")));
    expect(await requestEndpoint(connection, "127.0.0.1", `https://127.0.0.1:${port}/`)).toMatchObject({
      status: 200,
    });
  });

  test("a server that speaks no TLS", async () => {
    const port = await serve((_, response) => response.end("ok"));
    const request = requestEndpoint(connection, "127.0.0.1", `https://localhost:${port}/`);
    await expect(request).rejects.toMatchObject({ code: "endpoint_failed" });
  });
});
