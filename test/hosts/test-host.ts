import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { quoteArgv } from "../../shared/quote-argv.ts";
import { machineCapabilities } from "./capabilities.ts";
import { type CommandOptions, type CommandResult, docker, runChecked, runCommand } from "./command.ts";
import type { Suite } from "./images.ts";
import { labelArguments, type TestRun } from "./test-run.ts";
import { waitUntil } from "./wait.ts";

/** A host of a test net, as plain data that can go to another process. */
export interface HostRecord {
  /** in the inventory: `host1` */
  name: string;
  container: string;
  network: string;
  address: string;
  user: "debian";
  /** a name of the zone that resolves to this host: `site1.longshore.test` */
  domain: string;
  identityFile: string;
  knownHostsFile: string;
}

/** What a host is started from. */
export interface HostImage {
  /** a release of Debian, bare: systemd, sshd and a sudo user */
  os?: Suite;
  /** another image instead, such as one that {@link snapshotHost} made */
  image?: string;
}

/** Creates the container of a host and starts its boot; {@link TestHost.waitUntilUp} tells when it is through. */
export async function createHost(
  run: TestRun,
  record: HostRecord,
  settings: { image: string; dns: string; publicKey: string },
): Promise<void> {
  const { container, name, network, address } = record;
  await docker([
    "run",
    "--detach",
    ...labelArguments(run),
    ...["--name", container, "--hostname", name, "--network", network, "--ip", address],
    ...machineCapabilities().flatMap((capability) => ["--cap-add", capability]),
    ...["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"].flatMap((option) => [
      "--security-opt",
      option,
    ]),
    ...["--device-cgroup-rule", "a *:* rwm", "--cgroupns", "private"],
    ...["--tmpfs", "/run", "--tmpfs", "/run/lock"],
    ...["--env", `TESTNET_DNS=${settings.dns}`, "--env", `TESTNET_KEY=${settings.publicKey}`],
    settings.image,
  ]);
}

/** A Debian machine with systemd, sshd and room for an engine of its own, and what can happen to one. */
export class TestHost {
  constructor(readonly record: HostRecord) {}

  get name(): string {
    return this.record.name;
  }

  get address(): string {
    return this.record.address;
  }

  get user(): string {
    return this.record.user;
  }

  get domain(): string {
    return this.record.domain;
  }

  /** Runs argv as root at the host's console, whatever its network does. Resolves with the output, trimmed. */
  exec(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
    const interactive = options.input === undefined ? [] : ["--interactive"];
    return docker(["exec", ...interactive, this.record.container, ...argv], options);
  }

  /** As {@link exec}, but resolves with the exit code and both outputs, and never throws for a failure. */
  tryExec(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return runCommand(["docker", "exec", this.record.container, ...argv], options);
  }

  /** Runs argv over the real ssh as the login user. Exit code 255 is ssh's own failure. */
  ssh(
    argv: readonly string[],
    options: CommandOptions & { identityFile?: string } = {},
  ): Promise<CommandResult> {
    const { address, user, knownHostsFile } = this.record;
    const settings = {
      IdentityFile: options.identityFile ?? this.record.identityFile,
      IdentitiesOnly: "yes",
      UserKnownHostsFile: knownHostsFile,
      StrictHostKeyChecking: "yes",
      BatchMode: "yes",
      ConnectTimeout: "5",
      LogLevel: "ERROR",
    };
    const flags = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    return runCommand(["ssh", "-F", "none", ...flags, `${user}@${address}`, quoteArgv(argv)], options);
  }

  /** Resolves when systemd has started everything and sshd lets the user in. */
  async waitUntilUp(): Promise<void> {
    // Seconds on a quiet machine; several may boot at once while images are being built.
    const patience = { timeout: 180_000 };
    const isUp = async () => {
      const argv = ["systemctl", "is-system-running", "--wait"];
      const { stdout } = await this.tryExec(argv, { timeout: 60_000 });
      return ["running", "degraded"].includes(stdout.trim());
    };
    await waitUntil(`${this.name} has booted`, isUp, patience);
    await waitUntil(`sshd of ${this.name} answers`, () => this.readBanner(), patience);
  }

  /** The public host keys, as lines of a known_hosts file; read at the console, so they can be trusted. */
  async hostKeys(): Promise<string> {
    const keys = await this.exec(["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"]);
    return keys.replaceAll(/^/gm, `${this.address} `).concat("\n");
  }

  /** A clean reboot: systemd stops everything and boots again. */
  async reboot(): Promise<void> {
    await docker(["restart", "--time", "60", this.record.container]);
    await this.waitUntilUp();
  }

  /** The power fails and comes back: nothing gets a chance to stop in order. */
  async powerCycle(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }

  /** The power fails: nothing gets a chance to stop in order, and nothing answers from then on. */
  async powerOff(): Promise<void> {
    await docker(["kill", "--signal", "KILL", this.record.container]);
  }

  async powerOn(): Promise<void> {
    await docker(["start", this.record.container]);
    await this.waitUntilUp();
  }

  /** Freezes every process: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    await docker(["pause", this.record.container]);
  }

  async unpause(): Promise<void> {
    await docker(["unpause", this.record.container]);
  }

  /** Pulls the network cable. */
  async disconnect(): Promise<void> {
    await docker(["network", "disconnect", this.record.network, this.record.container]);
  }

  /** Puts the network cable back, with the same address. */
  async connect(): Promise<void> {
    await docker(["network", "connect", "--ip", this.address, this.record.network, this.record.container]);
    await waitUntil(`sshd of ${this.name} answers`, () => this.readBanner());
  }

  /** Stops sshd and every session of it: a new connection is refused at once. */
  async stopSshd(): Promise<void> {
    await this.exec(["systemctl", "stop", "ssh.service", "ssh.socket"]);
    await this.tryExec(["pkill", "sshd"]);
  }

  async startSshd(): Promise<void> {
    await this.exec(["systemctl", "start", "ssh.service"]);
    await waitUntil(`sshd of ${this.name} answers`, () => this.readBanner());
  }

  /** Gives the host other host keys than known_hosts has, as a machine that was installed anew (or an impostor). */
  async changeHostKeys(): Promise<void> {
    await this.exec([
      "sh",
      "-c",
      "rm /etc/ssh/ssh_host_* && ssh-keygen -q -A && systemctl restart ssh.service",
    ]);
    await waitUntil(`sshd of ${this.name} answers`, () => this.readBanner());
  }

  /** Puts a full 1 MiB file system over `path`: every write there fails with ENOSPC. {@link freeDisk} undoes it. */
  async fillDisk(path: string): Promise<void> {
    await this.exec(["mkdir", "-p", path]);
    await this.exec(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
    // dd fails when the disk is full, which is the aim.
    await this.tryExec(["dd", "if=/dev/zero", `of=${path}/.full`, "bs=64k"]);
  }

  async freeDisk(path: string): Promise<void> {
    await this.exec(["umount", path]);
  }

  /** Writes a file as root. (`docker cp` would write below the tmpfs that systemd mounts at /tmp.) */
  async writeFile(path: string, content: string | Buffer): Promise<void> {
    await this.exec(["sh", "-c", 'cat > "$0"', path], { input: content });
  }

  /** Removes the host with everything on it. */
  async remove(): Promise<void> {
    await docker(["rm", "--force", "--volumes", this.record.container]);
  }

  private readBanner(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: this.address, port: 22, timeout: 2_000 });
      const end = (answer: boolean) => {
        socket.destroy();
        resolve(answer);
      };
      socket.once("data", (data) => end(data.toString().startsWith("SSH-2.0-")));
      socket.once("error", () => end(false));
      socket.once("close", () => end(false));
      socket.once("timeout", () => end(false));
    });
  }
}

/** Makes an ed25519 key pair. @returns the file of the private key; the public one is beside it, in `.pub` */
export async function createKey(directory: string, name: string): Promise<string> {
  const file = join(directory, name);
  rmSync(file, { force: true });
  await runChecked(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
  return file;
}

/** Writes a known_hosts file with the present keys of the hosts. */
export async function writeKnownHosts(file: string, hosts: readonly TestHost[]): Promise<void> {
  const keys = await Promise.all(hosts.map((host) => host.hostKeys()));
  writeFileSync(file, keys.join(""));
}
