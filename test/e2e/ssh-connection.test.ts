import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, shellScript } from "../../provision/connection/connection.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import type { Operator } from "./operator.ts";
import { SshBox } from "./ssh-box.ts";
import { configureSshd, connectTo, ping } from "./ssh-client.ts";

describe.skipIf(noEngine)("a connection to a real sshd", { timeout: 120_000 }, () => {
  let ssh: SshBox;
  let net: TestNet;
  let box: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ssh = await SshBox.open();
    ({ net, box, operator } = ssh);
  });

  afterAll(() => ssh?.net.removeHosts());

  describe("what goes wrong", () => {
    test("each cause has its own code and way out", async () => {
      const codeOf = async (vars: Record<string, string>) => (await ssh.ping(vars))?.error;
      expect(await codeOf({ ansible_port: "9" })).toMatchObject({
        code: "ssh_refused",
        hint: expect.stringContaining("port 9"),
      });
      const lines = ssh
        .inventory()
        .map((line) => line.replace(box.address, "no-such-name.longshore.invalid"));
      expect((await ping(operator, lines)).box?.error?.code).toBe("ssh_dns");
      expect(await codeOf({ ansible_ssh_private_key_file: net.strangerFile })).toMatchObject({
        code: "ssh_auth",
        message: expect.stringMatching(
          /accepts none of the keys offered \(.*stranger.*\); the host takes publickey/,
        ),
      });
      await box.pause();
      const slow = await codeOf({ ansible_timeout: "2" });
      await box.unpause();
      expect(slow).toMatchObject({ code: "ssh_timeout", message: expect.stringContaining("within 2 s") });
    });

    test("one host that is off does not hold up the other", async () => {
      const lines = [`off ansible_host=${net.record.prefix}.250 ansible_timeout=3`, ...ssh.inventory()];
      const pings = await ping(operator, lines);
      expect(pings.box).toMatchObject({ status: "ok" });
      expect(pings.off?.error?.code).toMatch(/^ssh_(timeout|unreachable)$/);
      expect(pings.off?.seconds).toBeLessThan(6);
    });

    test("a full disk and a read-only one are named", async () => {
      const connection = await connectTo(box);
      await box.fillDisk("/opt/full");
      const writing = run(connection, shellScript("head -c 100000 /dev/zero > /opt/full/more"), {
        become: true,
      });
      await expect(writing).rejects.toMatchObject({
        code: "no_space",
        hint: expect.stringContaining("/opt/full"),
      });
      await box.freeDisk("/opt/full");
      await box.exec(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/var/tmp"]);
      const failing = run(connection, ["touch", "/var/tmp/file"], { become: true });
      await expect(failing).rejects.toMatchObject({
        code: "read_only",
        hint: expect.stringContaining("/var/tmp"),
      });
      await box.exec(["umount", "/var/tmp"]);
      await expect(run(connection, ["false"])).rejects.toMatchObject({ code: "command_failed" });
      await connection.close();
    });
  });

  describe("a connection", () => {
    test.each([1, 2])("works with MaxSessions %i: commands wait for their turn", async (limit) => {
      await configureSshd(box, `MaxSessions ${limit}`);
      const connection = await connectTo(box);
      const numbers = Array.from({ length: 8 }, (_, index) => String(index));
      const results = await Promise.all(numbers.map((number) => connection.exec(["echo", number])));
      expect(results.map(({ stdout }) => stdout.trim())).toEqual(numbers);
      // processes that stay, such as a lock, do not keep commands from running
      const held = await Promise.all(numbers.slice(0, 3).map(() => connection.openProcess(["cat"])));
      expect(await connection.exec(["echo", "beside"])).toMatchObject({ stdout: "beside\n" });
      for (const process of held) process.destroy();
      await connection.close();
      await configureSshd(box);
    });

    test("that is cut ends the command that runs, and the next one gets a new connection", async () => {
      const connection = await connectTo(box);
      const script = shellScript("echo started; exec sleep 60");
      const running = connection.exec(script, {
        onLine: () => void box.exec(["pkill", "-u", "debian", "sshd"]),
      });
      await expect(running).rejects.toMatchObject({ code: "connection_lost" });
      expect(await connection.exec(["echo", "again"])).toMatchObject({ stdout: "again\n" });
      await connection.close();
    });

    test("waits for a host that comes back", async () => {
      const connection = await connectTo(box);
      await connection.exec(["true"]);
      await box.stopSshd();
      // A command that was sent before the loss was noticed is lost with the connection; the next one waits.
      const echo = () => connection.exec(["echo", "back"]);
      const next = echo().catch((error) =>
        error.code === "connection_lost" ? echo() : Promise.reject(error),
      );
      await box.startSshd();
      expect(await next).toMatchObject({ stdout: "back\n" });
      await connection.close();
    });

    test("that went silent is noticed by keep-alives", async () => {
      const known = `-F none -o UserKnownHostsFile=${net.knownHostsFile}`;
      const connection = await connectTo(box, {
        ansible_ssh_common_args: `${known} -o ServerAliveInterval=1 -o ServerAliveCountMax=2`,
      });
      const script = shellScript("echo started; exec sleep 60");
      const running = connection.exec(script, { onLine: () => void box.pause() });
      await expect(running).rejects.toMatchObject({ code: "connection_lost" });
      await box.unpause();
      expect(await connection.exec(["echo", "again"])).toMatchObject({ stdout: "again\n" });
      await connection.close();
    });

    test("whose lock was lost with it does nothing more", async () => {
      const connection = await connectTo(box);
      const lock = await connection.openProcess(["cat"]);
      const ended = once(lock, "close");
      lock.resume();
      await box.exec(["pkill", "-u", "debian", "sshd"]);
      await ended;
      await expect(connection.exec(["true"])).rejects.toMatchObject({ code: "connection_lost" });
      await connection.close();
    });
  });
});
