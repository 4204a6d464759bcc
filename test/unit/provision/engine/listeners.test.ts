import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { overlaps, parseListeners, readListeners } from "../../../../provision/engine/listeners.ts";

const id = (digit: string) => digit.repeat(64);

const OUTPUT = `container ${id("a")} shop shop-web-1 
container ${id("b")} - cache 0.0.0.0:6379->6379/tcp, :::6379->6379/tcp
container ${id("c")} blog blog-db-1 127.0.0.1:5432->5432/tcp, 0.0.0.0:53->53/udp
listener tcp 00000000:01BB ${id("a")} nginx
listener tcp 00000000000000000000000000000000:01BB ${id("a")} nginx
listener tcp 00000000:18EB - docker-proxy
listener tcp 0100007F:1538 - docker-proxy
listener udp 00000000:0035 - docker-proxy
listener tcp B80D0120000000000000000001000000:0016 - my sshd
listener tcp what - x
`;

test("every listening socket gets its owner", () => {
  const nobody = { stack: undefined, container: undefined };
  const shop = { stack: "shop", container: "shop-web-1", program: "nginx" };
  const blog = { stack: "blog", container: "blog-db-1", program: "docker-proxy" };
  expect(parseListeners(OUTPUT)).toEqual([
    { ...shop, protocol: "tcp", address: "0.0.0.0", port: 443 },
    { ...shop, protocol: "tcp", address: "::", port: 443 },
    {
      ...{ stack: undefined, container: "cache", program: "docker-proxy" },
      ...{ protocol: "tcp", address: "0.0.0.0", port: 6379 },
    },
    { ...blog, protocol: "tcp", address: "127.0.0.1", port: 5432 },
    { ...blog, protocol: "udp", address: "0.0.0.0", port: 53 },
    {
      ...nobody,
      program: "my sshd",
      protocol: "tcp",
      address: "2001:0db8:0000:0000:0000:0000:0000:0001",
      port: 22,
    },
  ]);
});

test.each<[string, string, string, string]>([
  ["one of several in a row", "0.0.0.0:7005-7007->7005-7007/tcp", "00000000:1B5E", "site"],
  ["the last of them, by IPv6", "[::]:7005-7007->7005-7007/tcp", `${"0".repeat(32)}:1B5F`, "site"],
  ["none of them", "0.0.0.0:7005-7006->7005-7006/tcp", "00000000:1B5F", "-"],
  ["the same port of another address", "127.0.0.2:7005->80/tcp", "0100007F:1B5D", "-"],
  ["of another protocol", "0.0.0.0:7005->80/udp", "00000000:1B5D", "-"],
  ["an address of IPv6", "[2001:db8::1]:22->22/tcp", "B80D0120000000000000000001000000:0016", "site"],
])("whose a published port is: %s", (_title, ports, place, expected) => {
  const output = `container ${id("a")} site site-web-1 ${ports}\nlistener tcp ${place} - docker-proxy\n`;
  expect(parseListeners(output).map(({ stack }) => stack ?? "-")).toEqual([expected]);
});

test("an address of IPv4 in IPv6's form is that of IPv4", () => {
  const output = `listener tcp 0000000000000000FFFF00000100007F:1F90 - java\n`;
  expect(parseListeners(output)).toMatchObject([{ address: "127.0.0.1", port: 8080 }]);
});

test.each([
  ["0.0.0.0", "127.0.0.1", true],
  ["0.0.0.0", "::", true],
  ["0.0.0.0", "::1", false],
  ["2001:db8::1", "0.0.0.0", false],
  ["::", "127.0.0.1", true],
  ["", "::1", true],
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "192.0.2.1", false],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", true],
  ["2001:db8::1", "2001:db8::2", false],
  ["127.0.0.1", "::1", false],
])("%j and %j meet: %s", (one, other, expected) => {
  expect(overlaps(one, other)).toBe(expected);
});

test.skipIf(process.getuid?.() !== 0)("the real /proc is read", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  try {
    const listeners = await readListeners(openLocalConnection("here", { needed: false }));
    expect(listeners.filter((each) => each.port === port)).toMatchObject([
      { protocol: "tcp", address: "127.0.0.1", port, stack: undefined, program: expect.stringMatching(/./) },
    ]);
  } finally {
    server.close();
  }
});
