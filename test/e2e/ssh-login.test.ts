import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChecked } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import type { Operator } from "./operator.ts";
import { SshBox } from "./ssh-box.ts";
import { atTerminal, configureSshd, connectTo, ping } from "./ssh-client.ts";

const PROGRAM = new URL("../../dist/longshore.mjs", import.meta.url).pathname;

describe.skipIf(noEngine)("logging in to a real sshd", { timeout: 120_000 }, () => {
  let ssh: SshBox;
  let net: TestNet;
  let box: TestHost;
  let other: TestHost;
  let operator: Operator;
  let directory: string;

  beforeAll(async () => {
    ssh = await SshBox.open();
    ({ net, box, other, operator, directory } = ssh);
  });

  afterAll(() => ssh?.net.removeHosts());

  describe("ssh's own configuration", () => {
    test("names, user, port and key come from ~/.ssh/config and what it includes", async () => {
      operator.writeSsh("config", "Include more/*.conf\nMatch originalhost box\n  User debian\n");
      operator.writeSsh(
        "more/one.conf",
        `Host box\n  HostName ${box.address}\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${net.knownHostsFile}\n`,
      );
      expect(await ping(operator, ["box"])).toMatchObject({ box: { status: "ok", user: "debian" } });
      operator.writeSsh("config", "");
    });
  });

  describe("keys", () => {
    test.each([
      ["ed25519", []],
      ["ecdsa", ["-b", "384"]],
      ["rsa", ["-b", "2048"]],
      ["rsa", ["-b", "2048", "-m", "PEM"]],
    ])("%s %j", async (type, args) => {
      const file = await ssh.makeKey(`id_${type}_${args.length}`, "-t", type, ...args);
      expect((await ssh.ping({ ansible_ssh_private_key_file: file }))?.error).toMatchObject({
        code: "ssh_auth",
      });
      await ssh.authorize(file);
      expect(await ssh.ping({ ansible_ssh_private_key_file: file })).toMatchObject({ status: "ok" });
    });

    test("the agent signs, also for a file of which only the public half is here", async () => {
      const socket = join(directory, "agent.sock");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
      await once(agent.stdout, "data");
      try {
        const key = await ssh.makeKey("id_agent", "-t", "ecdsa");
        await ssh.authorize(key);
        await runChecked(["ssh-add", "-q", key], { env: { SSH_AUTH_SOCK: socket } });
        const publicHalf = join(directory, "only.pub");
        writeFileSync(publicHalf, readFileSync(`${key}.pub`));
        const known = `-o UserKnownHostsFile=${net.knownHostsFile}`;
        const lines = ssh.inventory().filter((line) => !line.includes("private_key_file"));
        const env = { SSH_AUTH_SOCK: socket };
        expect((await ping(operator, lines, env)).box).toMatchObject({ status: "ok" });
        const only = {
          ansible_ssh_private_key_file: publicHalf,
          ansible_ssh_common_args: `${known} -o IdentitiesOnly=yes`,
        };
        expect(await ssh.ping(only, env)).toMatchObject({ status: "ok" });
        const other = { ...only, ansible_ssh_private_key_file: net.strangerFile };
        expect((await ssh.ping(other, env))?.error).toMatchObject({ code: "ssh_auth" });
      } finally {
        agent.kill();
      }
    });

    test("an encrypted one is asked for once for all hosts; without a terminal the way out is told", async () => {
      const key = await ssh.makeKey("id_locked", "-t", "ed25519");
      await ssh.authorize(key);
      await ssh.authorize(key, other);
      await runChecked(["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", key]);
      const vars = { ansible_ssh_private_key_file: key };
      expect((await ssh.ping(vars))?.error).toMatchObject({
        code: "ssh_key_locked",
        message: expect.stringContaining(key),
        hint: expect.stringContaining("ssh-add"),
      });
      operator.write(
        "inventory.ini",
        [`two ansible_host=${other.address}`, ...ssh.inventory(vars), ""].join("\n"),
      );
      const { stdout, code } = await atTerminal(operator, PROGRAM, ["ping"], "open sesame\n");
      expect(stdout.match(/passphrase of/g)).toHaveLength(1);
      expect(code).toBe(0);
    });
  });

  describe("passwords", () => {
    const vars = { ansible_ssh_private_key_file: "/dev/null/none" };
    const byPassword = () => ssh.inventory(vars).filter((line) => !line.includes("private_key"));

    beforeAll(async () => {
      await box.exec(["chpasswd"], { input: "debian:let me in\n" });
    });

    test.each([
      ["password", ["PasswordAuthentication yes", "KbdInteractiveAuthentication no"]],
      ["keyboard-interactive", ["PasswordAuthentication no", "KbdInteractiveAuthentication yes"]],
    ])("by %s: from the inventory, or asked for", async (_method, options) => {
      await configureSshd(box, ...options);
      expect((await ping(operator, byPassword())).box?.error).toMatchObject({
        code: "ssh_auth",
        hint: expect.stringContaining("--ask-pass"),
      });
      const right = [...byPassword(), "ansible_password='let me in'"];
      expect((await ping(operator, right)).box).toMatchObject({ status: "ok" });
      const wrong = [...byPassword(), "ansible_password=open"];
      expect((await ping(operator, wrong)).box?.error).toMatchObject({ code: "ssh_password" });
      operator.write("inventory.ini", `${byPassword().join("\n")}\n`);
      const { stdout, code } = await atTerminal(operator, PROGRAM, ["ping", "--ask-pass"], "let me in\n");
      expect(code).toBe(0);
      // the terminal itself shows what is typed before the question turns that off; longshore never does
      expect(stdout.split("password of the login user:")[1]).not.toContain("let me in");
    });

    test("that nobody can be asked for are an error before anything is dialled", async () => {
      const { code, stderr } = await operator.longshore(["ping", "-k"]);
      expect(code).toBe(1);
      expect(stderr).toContain("cannot ask for a password: this is no terminal");
    });
  });

  describe("what runs something else than our command is no way in, and its words are told:", () => {
    test("a ForceCommand", async () => {
      await configureSshd(box, "ForceCommand echo no shell here");
      expect((await ssh.ping())?.error).toMatchObject({
        code: "login_shell",
        message: expect.stringContaining("no shell here"),
      });
      await configureSshd(box);
    });

    test("a password that has expired, and an account", async () => {
      await box.exec(["chage", "-d", "0", "debian"]);
      expect((await ssh.ping())?.error).toMatchObject({ message: expect.stringMatching(/password/i) });
      await box.exec(["chage", "-d", "2026-01-01", "-E", "0", "debian"]);
      expect((await ssh.ping())?.error).toMatchObject({
        code: "ssh_denied",
        message: expect.stringContaining("Your account has expired"),
      });
      await box.exec(["chage", "-E", "-1", "debian"]);
    });

    test("a host that is booting", async () => {
      await box.writeFile("/run/nologin", "System is booting up.\n");
      expect((await ssh.ping())?.error).toMatchObject({ code: "ssh_booting" });
      await box.exec(["rm", "/run/nologin"]);
    });

    test("files of the shell that print are not taken for it", async () => {
      await box.writeFile("/home/debian/.bashrc", "echo hello; echo careful >&2\n");
      expect(await ssh.ping()).toMatchObject({ status: "ok", user: "debian" });
      await box.exec(["rm", "/home/debian/.bashrc"]);
    });
  });

  describe("sudo", () => {
    const sudoers = (rule: string) =>
      box.exec(["sh", "-c", 'echo "$1" > /etc/sudoers.d/debian', "sh", `debian ALL=(ALL) ${rule}`]);
    beforeAll(async () => {
      await configureSshd(box);
      await box.exec(["chpasswd"], { input: "debian:let me in\n" });
    });
    afterAll(() => sudoers("NOPASSWD:ALL"));

    test("that wants a password says so, takes the right one and refuses a wrong one", async () => {
      await sudoers("ALL");
      expect((await ssh.ping())?.error).toMatchObject({
        code: "sudo_password",
        hint: expect.stringContaining("-K"),
      });
      expect(await ssh.ping({ ansible_become_password: "let me in" })).toMatchObject({ status: "ok" });
      const tries = () =>
        box.exec(["sh", "-c", "journalctl --boot --grep 'sudo.*authentication failure' | wc -l"]);
      const before = Number(await tries());
      expect((await ssh.ping({ ansible_become_password: "wrong" }))?.error).toMatchObject({
        code: "sudo_refused",
        message: expect.stringContaining("incorrect password attempt"),
      });
      expect(Number(await tries())).toBeLessThanOrEqual(before + 1);
      operator.write("inventory.ini", `${ssh.inventory().join("\n")}\n`);
      expect(await atTerminal(operator, PROGRAM, ["ping", "-K"], "let me in\n")).toMatchObject({ code: 0 });
    });

    test.each(["ALL", "NOPASSWD:ALL"])("(%s) never gives the password to the command", async (rule) => {
      await sudoers(rule);
      const connection = await connectTo(box, { ansible_become_password: "let me in" });
      const input = "first line\nsecond";
      expect(await connection.exec(["cat"], { become: true, input })).toMatchObject({
        code: 0,
        stdout: input,
      });
      await connection.close();
    });

    test("that is not there, or not wanted", async () => {
      expect((await ssh.ping({ ansible_become: "false" }))?.error).toMatchObject({
        code: "become_forbidden",
      });
      await box.exec(["mv", "/usr/bin/sudo", "/usr/bin/sudo.away"]);
      expect((await ssh.ping())?.error).toMatchObject({ code: "sudo_missing" });
      await box.exec(["mv", "/usr/bin/sudo.away", "/usr/bin/sudo"]);
    });

    test("a command that fails by itself is no failure of sudo", async () => {
      const connection = await connectTo(box);
      expect(await connection.exec(["false"], { become: true })).toMatchObject({ code: 1 });
      await connection.close();
    });
  });
});
