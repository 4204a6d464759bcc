import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLocalConnection } from "../../../../../provision/connection/local.ts";
import { configureEngine } from "../../../../../provision/steps/docker/configure-engine.ts";
import { dockerService } from "../../../../../provision/steps/docker/docker-service.ts";
import { bareHost, provisionedHost } from "../../host/facts/host-facts.ts";

const here = openLocalConnection("here", { needed: false });
let folder: string;
let engine: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-engine-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "daemon.json"), "{}\n");
  engine = spawn("sleep", ["300"], { stdio: "ignore" });
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
function configure() {
  const { docker } = provisionedHost("Debian 13");
  const facts = provisionedHost("Debian 13", {
    docker: { ...docker, configFile: join(folder, "daemon.json") },
  });
  return configureEngine({ connection: here, facts }, '{ "mtu": 1300 }\n', true);
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

test("no signal is sent where the unit runs no engine", async () => {
  engineThat({});
  stub("systemctl", `[ "$1" != show ] || echo 0`);
  await expect(configure()).rejects.toThrow("docker.service is not what runs the engine");
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
