import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { run, shellScript } from "../../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../../provision/connection/local.ts";
import { gatherFacts } from "../../../../../provision/host/facts/gather.ts";
import { parseFacts } from "../../../../../provision/host/facts/parse.ts";
import { FACTS_SCRIPT } from "../../../../../provision/host/facts/script.ts";
import { hashContent } from "../../../../../provision/host/host-file.ts";
import { inspected } from "../../engine/example-container.ts";

// Nobody's rights are needed for what is asked here.
const here = openLocalConnection("here", { needed: false });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "longshore-facts-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Puts programs before the machine's own: name → the shell script that it is. */
function stubPrograms(programs: Record<string, string>): void {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
}

test("this machine", async () => {
  vi.stubEnv("SUDO_USER", "");
  const facts = await gatherFacts(here);
  const release = readFileSync("/etc/os-release", "utf8");
  expect(release).toMatch(new RegExp(`^ID="?${facts.os.id}"?$`, "m"));
  expect(release).toContain(facts.os.prettyName);
  expect(facts.loginUser).toBe(userInfo().username);
  expect(facts.groups.length).toBeGreaterThan(0);
  expect(facts.stack).toBeUndefined();
});

test("the login user is who called sudo", async () => {
  vi.stubEnv("SUDO_USER", "nobody");
  expect((await gatherFacts(here)).loginUser).toBe("nobody");
});

describe("the engine", () => {
  /** The facts of a machine whose engine listens at a socket of the temporary directory, and does this with a request. */
  async function gatherEngine(answer: ((request: string) => string | undefined) | undefined, seconds = 10) {
    const socket = join(directory, "docker.sock");
    const server = createServer((client) => {
      client.once("data", (data) => {
        const text = answer?.(data.toString());
        if (text !== undefined) client.end(text);
      });
      client.on("error", () => {});
    });
    if (answer !== undefined) await new Promise<void>((resolve) => server.listen(socket, resolve));
    stubPrograms({ dockerd: "exit 0", docker: "exit 1" });
    const script = FACTS_SCRIPT.replaceAll("/var/run/docker.sock", socket).replaceAll(
      "timeout -k 1 10",
      `timeout -k 1 ${seconds}`,
    );
    const { stdout } = await run(here, shellScript(script));
    server.close();
    return parseFacts(stdout).docker;
  }

  const respond = (info: object) =>
    `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(info)}\n`;

  test("is asked itself", async () => {
    const info = {
      Labels: ['"ServerVersion":"lies"'],
      ServerVersion: "28.5.1",
      Swarm: { LocalNodeState: "active" },
      LiveRestoreEnabled: true,
      ContainersRunning: 3,
      ContainersPaused: 1,
    };
    const requests: string[] = [];
    const docker = await gatherEngine((request) => {
      requests.push(request);
      return respond(info);
    });
    expect(requests).toEqual([expect.stringContaining("GET /info HTTP/1.0")]);
    expect(docker).toMatchObject({
      serverVersion: "28.5.1",
      swarm: true,
      liveRestore: true,
      containerCount: 4,
      hung: false,
    });
  });

  test("that is installed and not started has no version", async () => {
    expect(await gatherEngine(undefined)).toMatchObject({
      installed: true,
      serverVersion: undefined,
      hung: false,
    });
  });

  test("that takes connections and never answers is hung, and is not waited for", async () => {
    expect(await gatherEngine(() => undefined, 0.5)).toMatchObject({ serverVersion: undefined, hung: true });
  });
});

describe("Compose's version", () => {
  /** By a docker that knows Compose by itself, and the plugins of a folder: name of the folder → the shell script that it is. */
  async function gatherCompose(plugins: Record<string, string>) {
    for (const [name, script] of Object.entries(plugins)) {
      const folder = join(directory, name, "cli-plugins");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "docker-compose"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, "docker-compose"), 0o755);
    }
    stubPrograms({ docker: '[ "$*" = "compose version --short" ] && echo by-docker' });
    vi.stubEnv("HOME", join(directory, "home"));
    const script = FACTS_SCRIPT.replaceAll(/\/usr(?:\/local)?\/lib(?:exec)?\/docker/g, `${directory}$&`);
    const { stdout } = await run(here, shellScript(script));
    return parseFacts(stdout).docker.composeVersion;
  }

  const answer = (version: string) => `[ "$*" = "version --short" ] && echo ${version}`;

  test.each([
    ["of the plugin", { "usr/libexec/docker": answer("2.26.1") }, "2.26.1"],
    ["of the user's own before all", { "home/.docker": answer("2"), "usr/lib/docker": answer("1") }, "2"],
    [
      "of the local one before the package's",
      { "usr/local/lib/docker": answer("2"), "usr/lib/docker": answer("1") },
      "2",
    ],
    ["of one that works", { "usr/lib/docker": "exit 126", "usr/libexec/docker": answer("2.26.1") }, "2.26.1"],
    ["as docker finds it elsewhere", {}, "by-docker"],
  ])("%s", async (_which, plugins, version) => {
    expect(await gatherCompose(plugins)).toBe(version);
  });
});

describe.runIf(process.platform === "linux")("dpkg's states", () => {
  test.each([
    ["ii ", { "docker.io": "26.1" }, []],
    ["hi ", { "docker.io": "26.1" }, []],
    ["rc ", {}, []],
    ["un ", {}, []],
    ["iU ", {}, ["docker.io"]],
    ["iF ", {}, ["docker.io"]],
    ["iHR", {}, ["docker.io"]],
    ["iW ", {}, ["docker.io"]],
  ])("%s", async (state, packages, broken) => {
    stubPrograms({ "dpkg-query": `echo "${state} docker.io 26.1"`, docker: "exit 1" });
    const facts = await gatherFacts(here);
    expect(facts.packages).toEqual(packages);
    expect(facts.brokenPackages).toEqual(broken);
  });
});

describe("a stack's state", () => {
  const id = "c".repeat(64);

  /** The facts of a stack below the temporary directory, by a docker that lists these containers. */
  async function gatherStack(containers: string) {
    writeFileSync(join(directory, "containers"), containers === "" ? "" : `${containers}\n`);
    stubPrograms({
      docker: `case $1 in
        ps) echo ${id} ;;
        inspect) cat '${join(directory, "containers")}' ;;
        exec) shift 2; if [ "$1" = cat ]; then printf 'longshored\\0'; else exec "$@"; fi ;;
        *) exit 1 ;;
      esac`,
      curl: 'echo "curl $*"; exit 7',
      longshorectl: 'echo "longshorectl $*"',
    });
    const script = FACTS_SCRIPT.replaceAll("/opt/longshore", directory);
    const { stdout } = await run(here, shellScript(script, "site", "web"));
    return { output: stdout, facts: parseFacts(stdout).stack };
  }

  test("before the first deploy", async () => {
    const { facts } = await gatherStack("");
    expect(facts).toMatchObject({ current: undefined, files: {}, view: { containers: [] }, history: "" });
  });

  test("files, release and history", async () => {
    const root = join(directory, "site");
    mkdirSync(join(root, "releases", "abc", "config"), { recursive: true });
    mkdirSync(join(root, "config"));
    mkdirSync(join(root, "secrets"));
    symlinkSync("releases/abc", join(root, "current"));
    writeFileSync(join(root, "releases", "abc", "compose.yaml"), "name: site\n");
    writeFileSync(join(root, "config", "tasks.yaml"), "tasks: {}\n");
    writeFileSync(join(root, "secrets", ".env"), "TOKEN=x\n");
    writeFileSync(join(root, "releases.json"), '[{"release":"abc"}]\n');
    const { facts, output } = await gatherStack("");
    expect(facts).toMatchObject({
      current: "abc",
      history: '[{"release":"abc"}]\n',
      files: {
        "current/compose.yaml": hashContent("name: site\n"),
        "config/tasks.yaml": hashContent("tasks: {}\n"),
        "secrets/.env": hashContent("TOKEN=x\n"),
      },
    });
    expect(Object.keys(facts?.files ?? {})).toHaveLength(3);
    expect(output).not.toContain("TOKEN");
  });

  const line = (state: string) => `${id} 0 ${state} =web ${JSON.stringify(inspected({ id, state }))}`;

  test("a container, its first process, and what its supervisor says", async () => {
    const { facts, output } = await gatherStack(line("running"));
    expect(facts?.view.containers).toMatchObject([
      { id, service: "web", state: "running", pidOne: ["longshored"] },
    ]);
    const answers = [...output.matchAll(/^tasks=\S+ (.*)$/gm)].map(([, text = ""]) =>
      Buffer.from(text, "base64").toString(),
    );
    expect(answers).toEqual([
      expect.stringMatching(/^curl .*http:\/\/localhost\/v1\/tasks\nlongshorectl status --json\n$/),
    ]);
  });

  test("a stopped supervisor is not asked", async () => {
    const { facts, output } = await gatherStack(line("exited"));
    expect(facts?.view.containers).toMatchObject([{ state: "exited", tasks: undefined }]);
    expect(output).not.toMatch(/^tasks=/m);
  });
});
