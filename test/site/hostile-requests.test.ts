import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestRun } from "../hosts/test-run.ts";
import { sendRaw } from "./raw-request.ts";
import { ensureSiteImage, SiteContainer } from "./site-container.ts";

const TASKS = readFileSync(new URL("../../compose/site/tasks.yaml", import.meta.url), "utf8");
const FORWARDING = readFileSync(new URL("../../compose/site/nginx/headers.conf", import.meta.url), "utf8");

/** An app that says back which headers it got. */
const MIRROR = `import { createServer } from "node:http";
const mirror = (request) => "seen " + JSON.stringify(request.headers) + "\\n";
createServer((request, response) => response.end(mirror(request)))
  .on("upgrade", (request, socket) => socket.end(
    "HTTP/1.1 101 Switching Protocols\\r\\nConnection: upgrade\\r\\nUpgrade: " + request.headers.upgrade +
    "\\r\\n\\r\\n" + mirror(request)))
  .listen({ path: "/run/app/app.sock", readableAll: true, writableAll: true });
`;

describe.skipIf(noEngine)("requests that nobody sends by mistake", () => {
  /** by name: `named` has two domains, `unnamed` is the default, `off` has neither name nor TLS */
  const sites: Record<string, { container: SiteContainer; address: string }> = {};

  beforeAll(async () => {
    const image = await ensureSiteImage();
    const variables = {
      named: { LONGSHORE_TLS_DOMAINS: "shop.example, www.shop.example" },
      unnamed: {},
      off: { LONGSHORE_TLS_MODE: "off" },
    };
    const tasks = TASKS.replace("/opt/site/app/server.mjs", "/etc/longshore/mirror.mjs");
    for (const [name, settings] of Object.entries(variables)) {
      const options = { tasks, config: { "mirror.mjs": MIRROR }, variables: settings };
      const container = await SiteContainer.start(
        inject("run") as TestRun,
        image,
        `hostile-${name}`,
        options,
      );
      sites[name] = { container, address: await container.address() };
      await container.waitUntilHealthy();
    }
  });
  afterAll(() =>
    docker(["rm", "--force", "--volumes", ...Object.values(sites).map((site) => site.container.name)]),
  );

  const addressOf = (site: string) => sites[site]?.address ?? "";
  const request = (site: string, lines: string[], { tls = false, body = "" } = {}) =>
    sendRaw(addressOf(site), { tls, body, lines: [...lines, "Connection: close"] });
  const get = (site: string, host: string, { tls = false, path = "/a?b=c" } = {}) =>
    request(site, [`GET ${path} HTTP/1.1`, `Host: ${host}`], { tls });
  const seenBy = (answer: { text: string }) => JSON.parse(/^seen (.*)$/m.exec(answer.text)?.[1] ?? "null");

  test.each([
    ["named", "shop.example", "https://shop.example/a?b=c"],
    ["named", "WWW.Shop.Example:8080", "https://www.shop.example/a?b=c"],
    ["named", "shop.example.", "https://shop.example/a?b=c"],
    ["named", "evil.example", "https://shop.example/a?b=c"],
    ["named", "shop.example.evil.example", "https://shop.example/a?b=c"],
    ["named", "shopxexample", "https://shop.example/a?b=c"],
    ["named", "203.0.113.66", "https://shop.example/a?b=c"],
    ["named", "[2001:db8::66]:80", "https://shop.example/a?b=c"],
    ["unnamed", "localhost", "https://localhost/a?b=c"],
    ["unnamed", "192.168.1.20", "https://192.168.1.20/a?b=c"],
    ["unnamed", "[fe80::1]:80", "https://[fe80::1]/a?b=c"],
  ])("%s: plain HTTP for Host %s leads to %s", async (site, host, location) => {
    expect(await get(site, host)).toMatchObject({ status: 301, location });
  });

  test.each([
    ["unnamed", "evil.example", false],
    ["unnamed", "192.168.1.20.evil.example", false],
    ["unnamed", "evil.example", true],
    ["named", "evil.example", true],
    ["named", "203.0.113.66", true],
  ])("%s: Host %s (TLS: %s) is misdirected, and named nowhere", async (site, host, tls) => {
    const answer = await get(site, host, { tls });
    expect(answer).toMatchObject({ status: 421, location: undefined });
    expect(answer.text).not.toContain(host);
    expect(answer.text).toContain("`domain` in the inventory");
  });

  test.each(["evil.example", "203.0.113.66", "shop.example"])(
    "a health check and a challenge are answered whatever the Host: %s",
    async (host) => {
      for (const site of ["named", "unnamed", "off"]) {
        const health = await get(site, host, { path: "/healthz" });
        expect(health.status).toBe(200);
        if (site === "named" && host !== "shop.example") expect(seenBy(health).host).toBe("shop.example");
        if (site === "unnamed" && /[a-z]/.test(host)) expect(seenBy(health).host).toBe("localhost");
      }
      const { container } = sites.named as { container: SiteContainer };
      const folder = "/etc/letsencrypt/webroot/.well-known/acme-challenge";
      await container.execChecked(["sh", "-c", `mkdir -p ${folder} && echo proof > ${folder}/token`]);
      const challenge = await get("named", host, { path: "/.well-known/acme-challenge/token" });
      expect(challenge.status).toBe(200);
      expect(challenge.text).toContain("proof");
    },
  );

  test("without TLS and a name the app is told any name; with its own port, and no more of it", async () => {
    expect(seenBy(await get("off", "www.shop.example:8080")).host).toBe("www.shop.example:8080");
    expect((await get("off", 'a"b<c>')).status).not.toBe(200);
    expect(seenBy(await get("named", "shop.example:8443", { tls: true })).host).toBe("shop.example:8443");
  });

  test("the target decides where it names a host, as RFC 9112 says; two Hosts or none are refused", async () => {
    const absolute = (target: string, host: string) =>
      request("named", [`GET ${target} HTTP/1.1`, `Host: ${host}`], { tls: true });
    expect((await absolute("http://evil.example/a", "shop.example")).status).toBe(421);
    expect(seenBy(await absolute("http://shop.example/a", "evil.example")).host).toBe("shop.example");
    const plain = ["GET http://evil.example?x HTTP/1.1", "Host: shop.example"];
    expect((await request("named", plain)).location).toMatch(/^https:\/\/shop\.example[/?]/);
    const twice = ["GET / HTTP/1.1", "Host: shop.example", "Host: evil.example"];
    expect((await request("named", twice)).status).toBe(400);
    expect((await request("named", ["GET / HTTP/1.1"])).status).toBe(400);
    expect((await request("named", ["GET / HTTP/1.1", "Host:"])).status).toBe(400);
    expect((await request("named", ["GET / HTTP/1.0"])).location).toBe("https://shop.example/");
  });

  test("over HTTP/2 too", async () => {
    const session = connectHttp2(`https://${addressOf("named")}`, { rejectUnauthorized: false });
    const ask = async (headers: Record<string, string>) => {
      const stream = session.request(headers);
      let status: number | undefined;
      stream.once("response", (head) => {
        status = head[":status"];
      });
      const body = await text(stream);
      return { status, text: body };
    };
    expect((await ask({ ":authority": "evil.example" })).status).toBe(421);
    const answer = await ask({ ":authority": "shop.example", "x-forwarded-host": "evil.example" });
    expect(seenBy(answer)).toMatchObject({ host: "shop.example", "x-forwarded-host": "shop.example" });
    session.close();
  });

  test("a body that is redirected is asked for again, not lost", async () => {
    const post = ["POST /order HTTP/1.1", "Host: shop.example", "Content-Length: 7"];
    const answer = await request("named", post, { body: "a=1&b=2" });
    expect(answer).toMatchObject({ status: 308, location: "https://shop.example/order" });
    expect((await request("unnamed", ["POST / HTTP/1.1", "Host: evil.example"])).status).toBe(421);
  });

  test("nothing that a visitor says about the request gets to the app", async () => {
    const names = [...FORWARDING.matchAll(/^proxy_set_header (\S+)/gm)]
      .map(([, name]) => name as string)
      .filter((name) => !["Host", "Upgrade", "Connection"].includes(name));
    expect(names.length).toBeGreaterThan(50);
    const forged = names.flatMap((name) => [`${name}: evil`, `${name.replaceAll("-", "_")}: evil`]);
    const answer = await request("named", ["GET / HTTP/1.1", "Host: shop.example", ...forged], { tls: true });
    expect(answer.text).not.toContain("evil");
    const seen = seenBy(answer);
    expect(seen).toMatchObject({
      host: "shop.example",
      "x-forwarded-host": "shop.example",
      "x-forwarded-proto": "https",
    });
    expect(seen["x-forwarded-for"]).toBe(seen["x-real-ip"]);
    expect(Object.keys(seen).sort()).toEqual([
      ...["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-request-id"],
    ]);
  });

  test.each([
    ["websocket", "websocket"],
    ["WebSocket", "websocket"],
    ["h2c", undefined],
    ["H2C", undefined],
    ["h2c, websocket", undefined],
    ["websocket\r\nUpgrade: h2c", undefined],
    ["websockets", undefined],
    ["TLS/1.0", undefined],
  ])("Upgrade: %j reaches the app as %s", async (asked, passed) => {
    const head = [
      "GET /socket HTTP/1.1",
      "Host: shop.example",
      `Upgrade: ${asked}`,
      "HTTP2-Settings: AAMAAABk",
    ];
    const lines = [...head, "Connection: Upgrade, HTTP2-Settings, close"];
    const answer = await sendRaw(addressOf("named"), { tls: true, lines });
    expect(answer.status).toBe(passed ? 101 : 200);
    expect(seenBy(answer).upgrade).toBe(passed);
    expect(seenBy(answer)["http2-settings"]).toBeUndefined();
  });

  test("HTTP/1.0 cannot be upgraded", async () => {
    const lines = ["GET / HTTP/1.0", "Host: shop.example", "Upgrade: websocket", "Connection: upgrade"];
    expect(seenBy(await sendRaw(addressOf("named"), { tls: true, lines })).upgrade).toBeUndefined();
  });

  test("a huge header and a huge target are refused, and the next visitor is served", async () => {
    const huge = "a".repeat(100_000);
    const header = ["GET / HTTP/1.1", "Host: shop.example", `Cookie: ${huge}`];
    expect((await request("named", header, { tls: true })).status).toBe(400);
    expect((await get("named", "shop.example", { tls: true, path: `/${huge}` })).status).toBe(414);
    expect((await get("named", "shop.example", { tls: true })).status).toBe(200);
  });
});
