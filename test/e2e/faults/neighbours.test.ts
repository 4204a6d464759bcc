import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandResult } from "../../hosts/command.ts";
import { ensureImage } from "../../hosts/images.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import type { Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";

// A server that shares its port with whoever else asks for it that way, as nginx does with `reuseport`.
const SERVER = `use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReusePort => 1) or die $!;
while (my $client = $server->accept) { print $client "HTTP/1.0 200 OK\\r\\n\\r\\n$ENV{NAME}\\n"; close $client; }
`;

describe.skipIf(noEngine)("stacks beside each other on one host", { timeout: 240_000 }, () => {
  let net: TestNet;
  let host: TestHost;
  let operator: Operator;
  let base: string;

  beforeAll(async () => {
    ({ net, host, operator } = await addProvisionedHosts());
    base = await ensureImage("small");
  });
  afterAll(() => net?.removeHosts());

  interface StackOptions {
    /** where the server listens */
    port: number;
    /** what x-longshore.endpoints names; the same by default */
    endpoint?: number;
    /** more lines below `services:` */
    more?: string;
  }

  /** Writes a stack of one service that answers with its name. */
  function writeStack(name: string, { port, endpoint = port, more = "" }: StackOptions): void {
    mkdirSync(join(operator.directory, name), { recursive: true });
    operator.write(
      `${name}/compose.yaml`,
      `name: ${name}
x-longshore: { config: [], tls: off, endpoints: ["http://localhost:${endpoint}/"], deploy_timeout: 20 }
services:
  web:
    build: .
    init: true
    network_mode: host
    environment: { PORT: "${port}", NAME: ${name} }
${more}`,
    );
    operator.write(`${name}/Dockerfile`, `FROM ${base}\nCOPY . /app\nCMD ["perl", "/app/server.pl"]\n`);
    operator.write(`${name}/server.pl`, SERVER);
  }

  const deploy = (name: string, ...args: string[]) =>
    operator.longshore(["deploy", "--stack", name, ...args]);
  const said = ({ stdout, stderr }: CommandResult) => stdout + stderr;
  const images = async () =>
    (await host.exec(["docker", "image", "ls", "--format", "{{.Repository}}"])).split("\n").sort();
  const running = () => host.exec(["docker", "ps", "--format", "{{.Names}}"]);

  test("images of shop-eu outlive a new release and the removal of shop", async () => {
    writeStack("shop-eu", { port: 8101 });
    writeStack("shop", { port: 8102 });
    for (const name of ["shop-eu", "shop"]) await operator.run("deploy", "--stack", name);
    const all = await images();
    expect(all).toEqual(expect.arrayContaining(["longshore/shop-eu/web", "longshore/shop/web"]));
    await operator.run("down", "--stack", "shop", "--yes");
    expect(await images()).toEqual(all.filter((name) => name !== "longshore/shop/web"));
    expect(await running()).toBe("shop-eu-web-1");
  });

  test.each([
    ["that its endpoint names", { port: 8101 }, "seen before anything is changed"],
    ["that only the container knows", { port: 8101, endpoint: 8103 }, "seen when it listens"],
  ])("a port of another stack, %s, is refused with the owner's name", async (_title, options, _when) => {
    writeStack("blog", options);
    const result = await deploy("blog");
    expect(result.code).toBe(1);
    expect(said(result)).toContain("port 8101 is taken by the stack shop-eu (container shop-eu-web-1)");
    expect(await running()).toBe("shop-eu-web-1");
    await operator.run("down", "--stack", "blog", "--yes");
  });

  test.each([
    [
      "an image that no registry has",
      "  db: { image: nowhere.invalid/db:1 }\n",
      /cannot get the image nowhere\.invalid\/db:1/,
    ],
    ["a misspelt key of a service", "    prots: []\n", /Compose on .* refuses compose\.yaml: .*prots/s],
    [
      "a published port that a program has",
      '  ssh: { image: "debian:trixie-slim", ports: ["22:22"] }\n',
      /port 22 is taken by the program sshd/,
    ],
  ])("--check fails where the run would: %s", async (_title, more, message) => {
    writeStack("blog", { port: 8104, more });
    const check = await deploy("blog", "--check");
    expect(said(check)).toMatch(message);
    expect(check.code).toBe(1);
    const run = await deploy("blog");
    expect(said(run)).toMatch(message);
    expect(run.code).toBe(1);
    expect(await running()).toBe("shop-eu-web-1");
    expect(await host.exec(["ls", "/opt/longshore"])).toBe("shop-eu");
  });
});
