import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOptions, runChecked, runCommand } from "./command.ts";
import { waitUntil } from "./wait.ts";

/** Whether tests that need Docker Engine can run here, and if not, why, in one line. */
export type Engine = { available: true } | { available: false; reason: string };

/** The engine, and what ends it if it was started here. */
export interface EngineHandle {
  engine: Engine;
  stop: () => Promise<void>;
}

const PACKAGES = ["docker.io", "docker-cli", "iptables", "debootstrap", "openssh-client", "ca-certificates"];

/**
 * Makes sure that Docker Engine, ssh and debootstrap are there: installs Debian's or Ubuntu's packages and starts the
 * engine when this is root's machine to do so with. `stop` ends only an engine that was started without an init system
 * (an engine under systemd stays, like any installed service).
 */
export async function ensureEngine(log: (line: string) => void = console.log): Promise<EngineHandle> {
  const unavailable = (reason: string) => ({
    engine: { available: false, reason } as const,
    stop: async () => {},
  });
  if (process.platform !== "linux") return unavailable("Docker tests need Linux");

  const missing = await missingPackages();
  if (missing.length > 0 && process.getuid?.() === 0) {
    if (!existsSync("/etc/debian_version"))
      return unavailable(`not Debian or Ubuntu: install ${missing.join(" ")}`);
    log(`installing ${missing.join(" ")} for the tests on hosts`);
    await installPackages(missing);
  } else if (missing.includes("docker.io") || missing.includes("openssh-client")) {
    return unavailable(`not root: run as root once, or apt-get install ${missing.join(" ")}`);
  }

  if (await answers()) return { engine: { available: true }, stop: async () => {} };
  if (process.getuid?.() !== 0) {
    return unavailable("Docker Engine does not answer this user: start it, or join the docker group");
  }
  const stop = await startEngine(log);
  return { engine: { available: true }, stop };
}

/** The Debian packages whose programs can't be found, in no matter what way these were installed. */
async function missingPackages(): Promise<string[]> {
  const programs: Record<string, string> = {
    docker: "docker.io",
    iptables: "iptables",
    debootstrap: "debootstrap",
    ssh: "openssh-client",
  };
  const search = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const found = async (program: string) =>
    (await runCommand(["sh", "-c", 'command -v "$0"', program], { env: search })).code === 0;
  const missing: string[] = [];
  for (const [program, name] of Object.entries(programs)) if (!(await found(program))) missing.push(name);
  // A client alone (of a remote engine, or left by someone) is not an engine.
  if (!missing.includes("docker.io") && !(await answers()) && !(await found("dockerd")))
    missing.push("docker.io");
  return missing;
}

async function installPackages(names: readonly string[]): Promise<void> {
  const apt: CommandOptions = { env: { DEBIAN_FRONTEND: "noninteractive" } };
  const lock = ["-o", "DPkg::Lock::Timeout=300"];
  await runChecked(["apt-get", ...lock, "update", "--quiet"], apt);
  // docker-cli is a package of its own from Debian 13 on, and only recommended by docker.io.
  const wanted = names.includes("docker.io") ? PACKAGES : names;
  const known = (await runChecked(["apt-cache", "pkgnames"], apt)).split("\n");
  const install = wanted.filter((name) => known.includes(name));
  await runChecked(["apt-get", ...lock, "install", "--yes", "--no-install-recommends", ...install], apt);
}

async function answers(): Promise<boolean> {
  try {
    return (await runCommand(["docker", "version"], { timeout: 20_000 })).code === 0;
  } catch {
    return false;
  }
}

async function startEngine(log: (line: string) => void): Promise<() => Promise<void>> {
  if (existsSync("/run/systemd/system")) {
    await runChecked(["systemctl", "start", "docker"]);
    await waitUntil("Docker Engine answers", answers);
    return async () => {};
  }
  // Without systemd: the SysV script where it works (it raises limits that a container may not), else the program itself.
  if ((await runCommand(["service", "docker", "start"])).code === 0) {
    try {
      await waitUntil("Docker Engine answers", answers, { timeout: 15_000 });
      return async () => void (await runCommand(["service", "docker", "stop"]));
    } catch {
      await runCommand(["service", "docker", "stop"]);
    }
  }
  return startDaemon(log);
}

async function startDaemon(log: (line: string) => void): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-test-dockerd-"));
  const logFile = join(directory, "dockerd.log");
  const output = openSync(logFile, "a");
  log("starting dockerd for this run (there is no init system here)");
  const daemon = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  daemon.unref();
  const ended = new Promise<number | null>((resolve) => {
    daemon.once("error", () => resolve(127));
    daemon.once("exit", resolve);
  });
  const failed = ended.then((code): never => {
    throw new Error(`dockerd ended with exit code ${code}:\n${readFileSync(logFile, "utf8").slice(-2000)}`);
  });
  await Promise.race([waitUntil("Docker Engine answers", answers), failed]);
  failed.catch(() => {});
  return async () => {
    daemon.ref();
    daemon.kill("SIGTERM");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
}
