import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noEngine, openSharedNet } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { waitUntil } from "../../hosts/wait.ts";
import { endAtFirstFailure } from "../chapters.ts";
import { changesBetween, fingerprint } from "../fingerprint.ts";
import { createOperator, type Operator } from "../operator.ts";
import { ensureProvisionedImage } from "../provisioned-hosts.ts";
import { requestSite } from "../request.ts";

describe.skipIf(noEngine)(
  "a Debian 13 host and a Debian 12 one, with one secret",
  { timeout: 300_000 },
  () => {
    endAtFirstFailure();

    const token = `token-${randomBytes(12).toString("hex")}`;
    let net: TestNet;
    let first: TestHost;
    let second: TestHost;
    let operator: Operator;
    /** everything that any command printed */
    let output = "";

    beforeAll(async () => {
      net = await openSharedNet();
      [first] = (await net.addHosts(1, { image: await ensureProvisionedImage(net) })) as [TestHost];
      [second] = (await net.addHosts(1, { image: await ensureProvisionedImage(net, "bookworm") })) as [
        TestHost,
      ];
      operator = createOperator(net, net.inventory());
      const secrets = [`DUCKDNS_TOKEN=${token}`, "DUCKDNS_DOMAINS=fleet", `DUCKDNS_URL=${net.duckDns.url}`];
      operator.write("secrets/.env", `${secrets.join("\n")}\n`, 0o600);
    });

    afterAll(() => net?.removeHosts());

    async function run(...args: string[]) {
      const result = await operator.longshore(args);
      output += result.stdout + result.stderr;
      return result;
    }

    const titleOf = async (host: TestHost) => /<title>(.*?)</.exec((await requestSite(host)).body)?.[1];

    test("both are as provision left them, with Compose", async () => {
      const before = await Promise.all([fingerprint(first), fingerprint(second)]);
      await run("provision");
      const after = await Promise.all([fingerprint(first), fingerprint(second)]);
      expect(changesBetween(before.flat(), after.flat())).toEqual([]);
      for (const [host, release] of [
        [first, "13"],
        [second, "12"],
      ] as const) {
        expect(await host.exec(["sh", "-c", ". /etc/os-release; echo $VERSION_ID"])).toBe(release);
        expect((await host.ssh(["docker", "compose", "version", "--short"])).stdout).toMatch(/^v?2\./);
      }
    });

    test("one deploy serves both, each under its own name", async () => {
      expect(await run("deploy")).toMatchObject({ code: 0 });
      for (const host of [first, second]) {
        const { status, certificate } = await requestSite(host);
        expect(status).toBe(200);
        expect(certificate?.subjectaltname).toContain(host.domain);
      }
      const { code, stdout } = await run("status");
      expect(code).toBe(0);
      expect(stdout).toContain(first.name);
      expect(stdout).toContain(second.name);
    });

    test("the secret reaches the job that needs it", async () => {
      const job = ["docker", "exec", await web(first), "longshorectl", "run", "duckdns", "--wait"];
      // It is refused while a run of the schedule is under way: every five minutes that may be this very moment.
      await waitUntil("the job has run", async () => (await first.tryExec(job)).code === 0);
      const requests = await net.duckDns.requests();
      expect(requests.filter((request) => request.address === first.address)).toContainEqual(
        expect.objectContaining({ domains: "fleet", token, accepted: true }),
      );
    });

    test("the secret is in files that only root reads, and nowhere else", async () => {
      for (const host of [first, second]) {
        const files = await host.exec([
          "grep",
          "--recursive",
          "--files-with-matches",
          token,
          "/opt",
          "/etc",
          "/home",
        ]);
        for (const file of files.split("\n")) {
          expect(await host.exec(["stat", "--format", "%U %a", file])).toBe("root 600");
        }
        expect((await host.ssh(["cat", ...files.split("\n")])).code).not.toBe(0);
        const seen = [
          await host.exec(["sh", "-c", "docker inspect $(docker ps --all --quiet)"]),
          await host.exec(["sh", "-c", "docker image inspect $(docker image ls --quiet)"]),
          await host.exec(["sh", "-c", "docker logs $(docker ps --quiet) 2>&1"]),
          await host.exec(["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]),
          await host.exec(["journalctl", "--no-pager"]),
        ];
        for (const text of seen) expect(text).not.toContain(token);
      }
    });

    test("the secret is in no image, container or volume, nor in anything that was printed", async () => {
      const store =
        "find /var/lib/docker /var/lib/containerd -name merged -prune -o -type f -print0 2>/dev/null";
      const found = await first.exec([
        "sh",
        "-c",
        `${store} | xargs -0 grep --files-with-matches "$0" || true`,
        token,
      ]);
      expect(found).toBe("");
      for (const command of [["deploy", "--debug"], ["status", "--json"], ["provision"]])
        await run(...command);
      expect(output).not.toContain(token);
    });

    const edition = (title: string) =>
      operator.edit("compose/site/app/page.mjs", /<title>[^$]*/, `<title>${title} `);

    test("a host that can't take a release fails alone, and keeps the old one", async () => {
      edition("Second");
      await first.fillDisk("/opt/longshore/site/config");
      const failed = await run("deploy");
      expect(failed.code).not.toBe(0);
      expect(failed.stdout + failed.stderr).toMatch(new RegExp(`${first.name}.*failed`));
      expect(failed.stdout + failed.stderr).toContain("No space left on device");
      expect(await titleOf(first)).not.toContain("Second");
      expect(await titleOf(second)).toContain("Second");
      await first.freeDisk("/opt/longshore/site/config");
    });

    test("it gets the next one, and --limit leaves the other host alone", async () => {
      edition("Third");
      expect(await run("deploy", "--limit", first.name)).toMatchObject({ code: 0 });
      expect(await titleOf(first)).toContain("Third");
      expect(await titleOf(second)).toContain("Second");
    });

    async function web(host: TestHost): Promise<string> {
      return host.exec(["docker", "ps", "--quiet", "--filter", "name=web"]);
    }
  },
);
