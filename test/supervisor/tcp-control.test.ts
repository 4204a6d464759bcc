import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();
const run = promisify(execFile);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-tcp-"));
  writeFileSync(join(folder, "token"), "open sesame 0123456789\n", { mode: 0o600 });
  writeFileSync(join(folder, "empty"), "\n");
  writeFileSync(join(folder, "short"), "0123456789\n", { mode: 0o600 });
  writeFileSync(join(folder, "open"), "0123456789abcdef\n", { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
const read = (name: string): Buffer => readFileSync(at(name));

/** A port that is free now. */
async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A longshored with this `control`; the port that it listens at. */
async function serve(settings: string): Promise<number> {
  return (await serveBy(settings)).port;
}

async function serveBy(settings: string): Promise<{ daemon: Daemon; port: number }> {
  const port = await findPort();
  const daemon = new Daemon(`control: { listen: "127.0.0.1:${port}", ${settings} }\ntasks: {}`);
  await daemon.waitFor(/ runs /);
  return { daemon, port };
}

describe("control over TCP with a token", () => {
  it.each([
    ["without it", 401, {}],
    ["with a wrong one", 401, { authorization: "Bearer guess" }],
    ["with a part of it", 401, { authorization: "Bearer open" }],
    ["with it in another scheme", 401, { authorization: "Basic open sesame" }],
    ["with it", 200, { authorization: "Bearer open sesame 0123456789" }],
  ])("answers a request %s with %i", async (_, status, headers) => {
    const port = await serve(`token_file: ${at("token")}`);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/tasks`, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(
      status === 200 ? { instances: [] } : { error: { code: "unauthorized" } },
    );
  });

  it.each([
    ["is empty", "empty", /cannot serve 127\.0\.0\.1:1: .*empty is empty/],
    ["is short", "short", /the token in .*short is shorter than 16 characters\n {2}make one .*openssl/],
    ["can be read by all", "open", /the token in .*open can be read by every user \(mode 644\)/],
    ["is not there", "missing", /cannot serve 127\.0\.0\.1:1 \(ENOENT\)/],
  ])("does not begin where the file %s", async (_, name, complaint) => {
    const daemon = new Daemon(`control: { listen: "127.0.0.1:1", token_file: ${at(name)} }\ntasks: {}`);
    expect((await daemon.ended).code).toBe(1);
    expect(daemon.output).toMatch(complaint);
  });
});

describe("a reload of control over TCP", () => {
  const statusOf = async (port: number, token: string): Promise<number | string> => {
    const headers = { authorization: `Bearer ${token}`, connection: "close" };
    return fetch(`http://127.0.0.1:${port}/v1/tasks`, { headers }).then(
      ({ status }) => status,
      ({ cause }) => (cause as NodeJS.ErrnoException).code ?? "failed",
    );
  };

  it("reads the token anew, and goes to another address or away", async () => {
    const file = at("changing");
    const [first, second] = ["first".repeat(4), "second".repeat(4)];
    writeFileSync(file, first, { mode: 0o600 });
    const { daemon, port } = await serveBy(`token_file: ${file}`);
    expect(await statusOf(port, first)).toBe(200);
    writeFileSync(file, second);
    await daemon.client.call("POST", "/v1/reload", {});
    expect([await statusOf(port, first), await statusOf(port, second)]).toEqual([401, 200]);
    const other = await findPort();
    daemon.rewrite(`control: { listen: "127.0.0.1:${other}", token_file: ${file} }\ntasks: {}`);
    await daemon.client.call("POST", "/v1/reload", {});
    expect([await statusOf(port, second), await statusOf(other, second)]).toEqual(["ECONNREFUSED", 200]);
    daemon.rewrite("tasks: {}");
    await daemon.client.call("POST", "/v1/reload", {});
    expect(await statusOf(other, second)).toBe("ECONNREFUSED");
  });

  it("changes nothing where it cannot be had", async () => {
    const { daemon, port } = await serveBy(`token_file: ${at("token")}`);
    daemon.rewrite(
      `control: { listen: "127.0.0.1:${port}", token_file: ${at("missing")} }\ntasks: { web: { command: x } }`,
    );
    expect(await daemon.client.send("POST", "/v1/reload", {})).toMatchObject({
      status: 409,
      body: { error: { code: "control" } },
    });
    expect(await statusOf(port, "open sesame 0123456789")).toBe(200);
    expect(await daemon.status()).toEqual([]);
  });

  it("listens at an address of IPv6", async () => {
    const port = await findPort();
    const daemon = new Daemon(`control: { listen: "[::1]:${port}", token_file: ${at("token")} }\ntasks: {}`);
    await daemon.waitFor(/ runs /);
    const headers = { authorization: "Bearer open sesame 0123456789" };
    expect((await fetch(`http://[::1]:${port}/v1/tasks`, { headers })).status).toBe(200);
  });
});

describe("control over TCP with client certificates", () => {
  beforeAll(async () => {
    const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const request = (name: string, out: string, ...args: string[]) =>
      openssl("req", ...args, ...curve, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", out);
    const authority = (name: string) => request(name, `${name}.pem`, "-x509");
    const leaf = async (name: string, issuer: string): Promise<void> => {
      await request(name, "request", "-new");
      const by = ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"];
      writeFileSync(at("names"), "subjectAltName = IP:127.0.0.1\n");
      await openssl("x509", "-req", "-in", "request", ...by, "-extfile", "names", "-out", `${name}.pem`);
    };
    await authority("ours");
    await authority("theirs");
    await leaf("server", "ours");
    await leaf("friend", "ours");
    await leaf("stranger", "theirs");
  });

  const tls = (): string =>
    `tls: { cert: ${at("server.pem")}, key: ${at("server.key")}, client_ca: ${at("ours.pem")} }`;

  /** The status of GET /v1/tasks, or the code of the error that it ended with. */
  function ask(port: number, client: string | undefined, headers = {}): Promise<number | string> {
    const identity = client && { cert: read(`${client}.pem`), key: read(`${client}.key`) };
    const options = { ...(identity || {}), ca: read("ours.pem"), headers, agent: false };
    return new Promise((resolve) => {
      const sent = request(`https://127.0.0.1:${port}/v1/tasks`, options, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      sent.end();
    });
  }

  it("answers those of its authority, and nobody else", async () => {
    const port = await serve(tls());
    expect(await ask(port, "friend")).toBe(200);
    for (const client of [undefined, "stranger"]) {
      // The server may have closed the connection before its alert is read.
      expect(await ask(port, client)).toMatch(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
    }
    expect(await ask(port, "friend")).toBe(200);
  });

  it("asks for the token as well where both are set", async () => {
    const port = await serve(`${tls()}, token_file: ${at("token")}`);
    expect(await ask(port, "friend")).toBe(401);
    expect(await ask(port, "friend", { authorization: "Bearer open sesame 0123456789" })).toBe(200);
    expect(await ask(port, undefined, { authorization: "Bearer open sesame 0123456789" })).toMatch(
      /^(ERR_SSL_|ECONNRESET|EPIPE)/,
    );
  });

  it("takes a renewed certificate with a reload, and none that is broken", async () => {
    for (const name of ["pem", "key"]) copyFileSync(at(`server.${name}`), at(`renewed.${name}`));
    const files = `tls: { cert: ${at("renewed.pem")}, key: ${at("renewed.key")}, client_ca: ${at("ours.pem")} }`;
    const { daemon, port } = await serveBy(files);
    const serialOf = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const identity = { cert: read("friend.pem"), key: read("friend.key"), ca: read("ours.pem") };
        const socket = connectTls({ port, host: "127.0.0.1", ...identity }, () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        });
        socket.on("error", reject);
      });
    const before = await serialOf();
    for (const name of ["pem", "key"]) copyFileSync(at(`friend.${name}`), at(`renewed.${name}`));
    await daemon.client.call("POST", "/v1/reload", {});
    const renewed = await serialOf();
    expect(renewed).not.toBe(before);
    copyFileSync(at("server.key"), at("renewed.key"));
    expect(await daemon.client.send("POST", "/v1/reload", {})).toMatchObject({ status: 409 });
    expect(await serialOf()).toBe(renewed);
  });

  it("needs no client certificate without client_ca", async () => {
    const port = await serve(
      `tls: { cert: ${at("server.pem")}, key: ${at("server.key")} }, token_file: ${at("token")}`,
    );
    expect(await ask(port, undefined)).toBe(401);
    expect(await ask(port, undefined, { authorization: "Bearer open sesame 0123456789" })).toBe(200);
  });
});
