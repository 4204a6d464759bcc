import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, shellScript } from "../../provision/connection/connection.ts";
import { runChecked } from "../hosts/command.ts";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { createOperator, type Operator } from "./operator.ts";
import { atTerminal, configureSshd, connectTo, makeDirectory, ping } from "./ssh-client.ts";

const PROGRAM = new URL("../../dist/longshore.mjs", import.meta.url).pathname;

describe.skipIf(noEngine)("the way to a real sshd", { timeout: 120_000 }, () => {
  let net: TestNet;
  let box: TestHost;
  /** stands between the operator and `box` where a test says so */
  let bastion: TestHost;
  let operator: Operator;
  let directory: string;

  beforeAll(async () => {
    net = await openSharedNet();
    [box, bastion] = (await net.addHosts(2)) as [TestHost, TestHost];
    directory = makeDirectory(net);
    operator = createOperator(net, "");
  });
  afterAll(() => net?.removeHosts());

  /** An inventory of the box with the variables of the harness, and these. */
  const boxWith = (vars: Record<string, string> = {}) => [
    `box ansible_host=${box.address}`,
    "[all:vars]",
    "ansible_user=debian",
    ...(vars.ansible_ssh_private_key_file ? [] : [`ansible_ssh_private_key_file=${net.identityFile}`]),
    ...(vars.ansible_ssh_common_args
      ? []
      : [`ansible_ssh_common_args=-o UserKnownHostsFile=${net.knownHostsFile}`]),
    ...Object.entries(vars).map(([name, value]) => `${name}=${value}`),
  ];
  const pingBox = async (vars: Record<string, string> = {}, env = {}) =>
    (await ping(operator, boxWith(vars), env)).box;
  const writeConfig = (text: string) => operator.writeSsh("config", text);
  const makeKey = async (name: string, ...args: string[]) => {
    const file = join(directory, name);
    await runChecked(["ssh-keygen", "-q", "-N", "", "-C", name, "-f", file, ...args]);
    return file;
  };
  const authorize = async (file: string, host = box) => {
    await host.exec(["tee", "-a", "/home/debian/.ssh/authorized_keys"], {
      input: readFileSync(`${file}.pub`),
    });
  };

  describe("ssh's own configuration", () => {
    test("names, user, port and key come from ~/.ssh/config and what it includes", async () => {
      writeConfig("Include more/*.conf\nMatch originalhost box\n  User debian\n");
      operator.writeSsh(
        "more/one.conf",
        `Host box\n  HostName ${box.address}\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${net.knownHostsFile}\n`,
      );
      expect(await ping(operator, ["box"])).toMatchObject({ box: { status: "ok", user: "debian" } });
      writeConfig("");
    });
  });

  describe("keys", () => {
    test.each([
      ["ed25519", []],
      ["ecdsa", ["-b", "384"]],
      ["rsa", ["-b", "2048"]],
      ["rsa", ["-b", "2048", "-m", "PEM"]],
    ])("%s %j", async (type, args) => {
      const file = await makeKey(`id_${type}_${args.length}`, "-t", type, ...args);
      expect((await pingBox({ ansible_ssh_private_key_file: file }))?.error).toMatchObject({
        code: "ssh_auth",
      });
      await authorize(file);
      expect(await pingBox({ ansible_ssh_private_key_file: file })).toMatchObject({ status: "ok" });
    });

    test("the agent signs, also for a file of which only the public half is here", async () => {
      const socket = join(directory, "agent.sock");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
      await once(agent.stdout, "data");
      try {
        const key = await makeKey("id_agent", "-t", "ecdsa");
        await authorize(key);
        await runChecked(["ssh-add", "-q", key], { env: { SSH_AUTH_SOCK: socket } });
        const publicHalf = join(directory, "only.pub");
        writeFileSync(publicHalf, readFileSync(`${key}.pub`));
        const known = `-o UserKnownHostsFile=${net.knownHostsFile}`;
        const lines = boxWith().filter((line) => !line.includes("private_key_file"));
        const env = { SSH_AUTH_SOCK: socket };
        expect((await ping(operator, lines, env)).box).toMatchObject({ status: "ok" });
        const only = {
          ansible_ssh_private_key_file: publicHalf,
          ansible_ssh_common_args: `${known} -o IdentitiesOnly=yes`,
        };
        expect(await pingBox(only, env)).toMatchObject({ status: "ok" });
        const other = { ...only, ansible_ssh_private_key_file: net.strangerFile };
        expect((await pingBox(other, env))?.error).toMatchObject({ code: "ssh_auth" });
      } finally {
        agent.kill();
      }
    });

    test("an encrypted one is asked for once for all hosts; without a terminal the way out is told", async () => {
      const key = await makeKey("id_locked", "-t", "ed25519");
      await authorize(key);
      await authorize(key, bastion);
      await runChecked(["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", key]);
      const vars = { ansible_ssh_private_key_file: key };
      expect((await pingBox(vars))?.error).toMatchObject({
        code: "ssh_key_locked",
        message: expect.stringContaining(key),
        hint: expect.stringContaining("ssh-add"),
      });
      operator.write(
        "inventory.ini",
        [`two ansible_host=${bastion.address}`, ...boxWith(vars), ""].join("\n"),
      );
      const { stdout, code } = await atTerminal(operator, PROGRAM, ["ping"], "open sesame\n");
      expect(stdout.match(/passphrase of/g)).toHaveLength(1);
      expect(code).toBe(0);
    });
  });

  describe("passwords", () => {
    const vars = { ansible_ssh_private_key_file: "/dev/null/none" };
    const byPassword = () => boxWith(vars).filter((line) => !line.includes("private_key"));

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
      expect((await pingBox())?.error).toMatchObject({
        code: "sudo_password",
        hint: expect.stringContaining("-K"),
      });
      expect(await pingBox({ ansible_become_password: "let me in" })).toMatchObject({ status: "ok" });
      expect((await pingBox({ ansible_become_password: "wrong" }))?.error).toMatchObject({
        code: "sudo_refused",
      });
      operator.write("inventory.ini", `${boxWith().join("\n")}\n`);
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
      expect((await pingBox({ ansible_become: "false" }))?.error).toMatchObject({ code: "become_forbidden" });
      await box.exec(["mv", "/usr/bin/sudo", "/usr/bin/sudo.away"]);
      expect((await pingBox())?.error).toMatchObject({ code: "sudo_missing" });
      await box.exec(["mv", "/usr/bin/sudo.away", "/usr/bin/sudo"]);
    });

    test("a command that fails by itself is no failure of sudo", async () => {
      const connection = await connectTo(box);
      expect(await connection.exec(["false"], { become: true })).toMatchObject({ code: 1 });
      await connection.close();
    });
  });

  describe("host keys", () => {
    const known = () => join(directory, "known_hosts");
    const trusting = () => boxWith({ ansible_ssh_common_args: `-o UserKnownHostsFile=${known()}` });
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
      expect(JSON.parse(shown.stdout).hosts).toMatchObject([
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
      expect((await operator.longshore(["hosts", "trust", "--fingerprint", await fingerprint()])).code).toBe(
        0,
      );
      expect((await ping(operator, trusting())).box).toMatchObject({ status: "ok" });
    });

    test("a certificate of a known authority is verified for real", async () => {
      const authority = await makeKey("authority", "-t", "ed25519");
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
      await trust("@cert-authority", await makeKey("another", "-t", "ecdsa"));
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
      expect((await operator.longshore(["hosts", "trust", "--fingerprint", await fingerprint()])).code).toBe(
        1,
      );
      await net.trustHosts();
    });
  });

  describe("a jump host", () => {
    const through = (args: string) => ({
      ansible_ssh_common_args: `-o UserKnownHostsFile=${net.knownHostsFile} ${args}`,
    });
    const bastionConfig = (knownHosts: string) =>
      `Host bastion\n  HostName ${bastion.address}\n  User debian\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${knownHosts}\n`;
    beforeAll(async () => {
      // only from the bastion can one log in to the box
      await configureSshd(box, `Match Address *,!${bastion.address}`, "  PubkeyAuthentication no");
    });
    afterAll(() => configureSshd(box));

    test("is connected and verified first; its own key counts", async () => {
      writeConfig(bastionConfig(net.knownHostsFile));
      expect((await pingBox())?.error).toMatchObject({ code: "ssh_auth" });
      expect(await pingBox(through("-J bastion"))).toMatchObject({ status: "ok" });
      expect(await pingBox(through("-o ProxyJump=bastion"))).toMatchObject({ status: "ok" });
      const proxy = `-o ProxyCommand="ssh -F ${operator.directory}/home/.ssh/config -W %h:%p bastion"`;
      expect(await pingBox(through(proxy))).toMatchObject({ status: "ok" });
      writeConfig(bastionConfig("/dev/null"));
      expect((await pingBox(through("-J bastion")))?.error).toMatchObject({
        code: "host_key_unknown",
        message: expect.stringContaining("bastion (on the way to box)"),
      });
    });

    test("of a jump host, a chain of the same two, and a circle", async () => {
      writeConfig(
        `${bastionConfig(net.knownHostsFile)}  ProxyJump first\nHost first\n  HostName ${bastion.address}\n  User debian\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${net.knownHostsFile}\n`,
      );
      expect(await pingBox(through("-J bastion"))).toMatchObject({ status: "ok" });
      expect(await pingBox(through("-J first,bastion"))).toMatchObject({ status: "ok" });
      writeConfig(`${bastionConfig(net.knownHostsFile)}  ProxyJump first\nHost first\n  ProxyJump bastion\n`);
      expect((await pingBox(through("-J bastion")))?.error).toMatchObject({ code: "ssh_jump" });
    });

    test("that cannot reach the host, or refuses to", async () => {
      writeConfig(bastionConfig(net.knownHostsFile));
      const closed = { ...through("-J bastion"), ansible_port: "9" };
      expect((await pingBox(closed))?.error).toMatchObject({ code: "ssh_jump" });
      await configureSshd(bastion, "AllowTcpForwarding no");
      expect((await pingBox(through("-J bastion")))?.error).toMatchObject({
        code: "ssh_jump",
        hint: expect.stringContaining("AllowTcpForwarding"),
      });
      await configureSshd(bastion);
      const broken = through("-o ProxyCommand='echo no way here >&2; exit 1'");
      expect((await pingBox(broken))?.error).toMatchObject({
        code: "ssh_proxy",
        message: expect.stringContaining("no way here"),
      });
    });
  });

  describe("what goes wrong", () => {
    test("each cause has its own code and way out", async () => {
      const codeOf = async (vars: Record<string, string>) => (await pingBox(vars))?.error;
      expect(await codeOf({ ansible_port: "9" })).toMatchObject({
        code: "ssh_refused",
        hint: expect.stringContaining("port 9"),
      });
      const lines = boxWith().map((line) => line.replace(box.address, "no-such-name.longshore.invalid"));
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
      const lines = [`off ansible_host=${net.record.prefix}.250 ansible_timeout=3`, ...boxWith()];
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
