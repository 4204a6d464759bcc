import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../../provision/connection/local.ts";
import { configureEngine } from "../../../../../provision/steps/docker/configure-engine.ts";
import { dockerService } from "../../../../../provision/steps/docker/docker-service.ts";
import { bareHost, provisionedHost } from "../../host/facts/host-facts.ts";

const machine = openLocalConnection("here", { needed: false });
/** This machine, with a lock of the test's own in the place of root's. */
const here: Connection = {
  ...machine,
  exec: (argv, options) =>
    machine.exec(
      argv.map((argument) => argument.replace(/^\/run\/longshore-engine/, join(folder, "engine"))),
      options,
    ),
};
let folder: string;
let engine: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-engine-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "daemon.json"), "{}\n");
  engine = spawn("nohup", ["sleep", "300"], { stdio: "ignore" });
  vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  engine.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A program of this machine that answers as told; what it was asked is written down. */
function stub(name: string, script: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${folder}/asked\n${script}\n`);
  chmodSync(path, 0o755);
}

const asked = () => (existsSync(join(folder, "asked")) ? readFileSync(join(folder, "asked"), "utf8") : "");
const config = () => readFileSync(join(folder, "daemon.json"), "utf8");

/** Brings a new daemon.json to an engine that runs one container. */
function configure(text = '{ "mtu": 1300 }\n') {
  const { docker } = provisionedHost("Debian 13");
  const facts = provisionedHost("Debian 13", {
    docker: { ...docker, configFile: join(folder, "daemon.json") },
  });
  return configureEngine({ connection: here, facts }, text, true);
}

/** What `docker` says to `info`, `ps` and `inspect`; 124 is the code of what timeout has ended. */
const engineThat = (answers: { info?: string; ps?: string }) => {
  stub(
    "docker",
    `case $1 in
      info) ${answers.info ?? "echo true"} ;;
      ps) ${answers.ps ?? "echo c0ffee"} ;;
      inspect) echo true/shop ;;
    esac`,
  );
  stub("systemctl", `[ "$1" != show ] || echo ${engine.pid}`);
};

test("an engine that answers is restarted", async () => {
  engineThat({});
  expect(await configure()).toBe("restarted");
  expect(config()).toContain("1300");
});

test.each([
  ["says nothing of live-restore", { info: "exit 124" }, "docker info"],
  ["says nothing of its containers", { info: "echo false", ps: "exit 124" }, "docker ps"],
  ["says nothing when it is to be restarted", { ps: "exit 124" }, "docker ps"],
])("an engine that %s is not restarted: the old file comes back", async (_title, answers, command) => {
  engineThat(answers);
  const failing = configure();
  await expect(failing).rejects.toThrow(new RegExp(`${command}.* has not ended within 10 s`));
  await expect(failing).rejects.toThrow("is back; the engine was not restarted");
  expect(config()).toBe("{}\n");
  expect(asked()).not.toMatch(/systemctl (stop|start)/);
});

test("two operators at once: one waits, and takes back what was there when it began", async () => {
  engineThat({});
  const flock = execFileSync("sh", ["-c", "command -v flock"], { encoding: "utf8" }).trim();
  stub("flock", `exec ${flock} "$@"`);
  // Only the first start succeeds, and only when the second run has had time to come between.
  stub(
    "systemctl",
    `case $1 in
      show) echo ${engine.pid} ;;
      start)
        mkdir ${folder}/began 2>/dev/null || exit 1
        until [ -e ${folder}/go ]; do sleep 0.02; done ;;
    esac`,
  );
  const first = configure('{ "mtu": 1300 }\n');
  await expect.poll(() => existsSync(join(folder, "began"))).toBe(true);
  const second = configure('{ "mtu": 1400 }\n').catch((error: Error) => error.message);
  await expect.poll(() => asked().match(/^flock /gm)?.length).toBe(2);
  const whileStarting = config();
  writeFileSync(join(folder, "go"), "");
  expect(await first).toBe("restarted");
  expect(await second).toContain("the old one, which is back");
  expect(whileStarting).toContain("1300");
  expect(config()).toContain("1300");
});

test("no signal is sent where the unit runs no engine", async () => {
  engineThat({});
  stub("systemctl", `[ "$1" != show ] || echo 0`);
  await expect(configure()).rejects.toThrow("docker.service is not what runs the engine");
  expect(config()).toBe("{}\n");
});

test("an engine that has just ended is not restarted: the old file comes back", async () => {
  engineThat({});
  stub("systemctl", `[ "$1" != show ] || echo 999999999`);
  await expect(configure()).rejects.toThrow("is back; the engine was not restarted");
  expect(config()).toBe("{}\n");
});

test.each([
  ["systemctl enable --quiet docker.service", "60"],
  ["systemctl stop docker.socket", "60"],
  ["systemctl start docker.service", "120"],
])("a systemd that hangs is named: %s", async (command, seconds) => {
  stub("systemctl", `case "systemctl $*" in "${command}") exit 124 ;; *is-active*) exit 3 ;; esac`);
  stub("journalctl", "exit 124");
  const change = dockerService.check(bareHost("Debian 13"));
  const failing = change?.apply({ connection: here, progress: () => {} } as never);
  await expect(failing).rejects.toThrow(`${command} has not ended within ${seconds} s`);
});
