import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostKeyResult } from "../../provision/cli/trust.ts";
import { runChecked } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { readHosts } from "./json-result.ts";
import type { Operator } from "./operator.ts";
import { SshBox } from "./ssh-box.ts";
import { atTerminal, configureSshd, ping } from "./ssh-client.ts";

const PROGRAM = new URL("../../dist/longshore.mjs", import.meta.url).pathname;

describe.skipIf(noEngine)("host keys of a real sshd", { timeout: 120_000 }, () => {
  let ssh: SshBox;
  let net: TestNet;
  let box: TestHost;
  let operator: Operator;
  let directory: string;

  beforeAll(async () => {
    ssh = await SshBox.open();
    ({ net, box, operator, directory } = ssh);
  });

  afterAll(() => ssh?.net.removeHosts());

  const known = () => join(directory, "known_hosts");
  const trusting = () => ssh.inventory({ ansible_ssh_common_args: `-o UserKnownHostsFile=${known()}` });
  const fingerprint = async () => {
    const line = await box.exec(["ssh-keygen", "-lf", "/etc/ssh/ssh_host_ed25519_key.pub"]);
    return line.split(" ")[1] ?? "";
  };

  test("hosts trust shows an unknown one, and records it only for the right fingerprint or answer", async () => {
    writeFileSync(known(), "");
    expect((await ping(operator, trusting())).box?.error).toMatchObject({
      code: "host_key_unknown",
      message: expect.stringContaining(await fingerprint()),
      hint: expect.stringContaining("longshore hosts trust"),
    });
    const shown = await operator.longshore(["hosts", "trust", "--json"]);
    expect(readHosts(HostKeyResult, shown.stdout)).toMatchObject([
      { fingerprint: await fingerprint(), status: "new" },
    ]);
    const wrong = await operator.longshore(["hosts", "trust", "--fingerprint", "SHA256:AAAA"]);
    const refused = await atTerminal(operator, PROGRAM, ["hosts", "trust"], "n\n");
    const nobody = await operator.longshore(["hosts", "trust"]);
    expect([wrong.code, refused.code, nobody.code]).toEqual([1, 1, 1]);
    expect(readFileSync(known(), "utf8")).toBe("");
    expect((await atTerminal(operator, PROGRAM, ["hosts", "trust"], "y\n")).code).toBe(0);
    expect((await ping(operator, trusting())).box).toMatchObject({ status: "ok" });
    writeFileSync(known(), "");
    expect((await operator.longshore(["hosts", "trust", "--fingerprint", await fingerprint()])).code).toBe(0);
    expect((await ping(operator, trusting())).box).toMatchObject({ status: "ok" });
  });

  test("a certificate of a known authority is verified for real", async () => {
    const authority = await ssh.makeKey("authority", "-t", "ed25519");
    const certify = async (...args: string[]) => {
      const file = join(directory, "host_key.pub");
      writeFileSync(file, await box.exec(["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]));
      await runChecked(["ssh-keygen", "-q", "-s", authority, "-I", "box", "-h", ...args, file]);
      await box.writeFile(
        "/etc/ssh/ssh_host_ed25519_key-cert.pub",
        readFileSync(file.replace(".pub", "-cert.pub")),
      );
      await configureSshd(box, "HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub");
    };
    const trust = async (marker: string, file: string) =>
      writeFileSync(known(), `${marker} 10.213.* ${readFileSync(`${file}.pub`, "utf8")}`);
    const faultOf = async () => (await ping(operator, trusting())).box?.error?.message;

    await trust("@cert-authority", authority);
    expect(await faultOf()).toContain("the host has no certificate for it");
    await certify("-n", box.address);
    expect((await ping(operator, trusting())).box).toMatchObject({ status: "ok" });
    // the real ssh says the same
    expect(
      (
        await runChecked([
          ...["ssh", "-F", "none", "-o", `UserKnownHostsFile=${known()}`, "-o", "BatchMode=yes"],
          ...["-i", net.identityFile, `debian@${box.address}`, "echo", "in"],
        ])
      ).trim(),
    ).toBe("in");
    await trust("@cert-authority", await ssh.makeKey("another", "-t", "ecdsa"));
    expect(await faultOf()).toContain("signed by another authority");
    await trust("@cert-authority", authority);
    await certify("-n", "elsewhere.example.org");
    expect(await faultOf()).toContain("it is for elsewhere.example.org");
    await certify("-n", box.address, "-V", "20200101:20200201");
    expect(await faultOf()).toContain("it has expired");
    await certify("-n", box.address);
    const lines = readFileSync(known(), "utf8");
    writeFileSync(known(), `${lines}@revoked * ${readFileSync(`${authority}.pub`, "utf8")}`);
    expect((await ping(operator, trusting())).box?.error?.code).toBe("host_key_unknown");
  });

  test("a changed one is refused, whatever is asked for", async () => {
    await configureSshd(box);
    writeFileSync(known(), await box.hostKeys());
    await box.changeHostKeys();
    expect((await ping(operator, trusting())).box?.error).toMatchObject({ code: "host_key_changed" });
    expect((await operator.longshore(["ping", "--accept-new"])).code).toBe(1);
    expect((await operator.longshore(["hosts", "trust", "--fingerprint", await fingerprint()])).code).toBe(1);
    await net.trustHosts();
  });
});
