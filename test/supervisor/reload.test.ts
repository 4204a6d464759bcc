import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readProcesses } from "../../supervisor/runtime/process/proc.ts";
import { hasEnded } from "../../supervisor/runtime/process/process-group.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

/** For what leaves no line in the output. */
const patience = { timeout: 15_000, interval: 20 };

const task = (name: string, rest: string): string =>
  `  ${name}: { command: sleep 1000, start_period: 10ms, ${rest} }\n`;

async function pids(daemon: Daemon): Promise<Record<string, number | null>> {
  return Object.fromEntries((await daemon.status()).map(({ name, pid }) => [name, pid]));
}

it("touches only what differs", async () => {
  const daemon = new Daemon(
    `tasks:\n${task("same", "")}${task("scaled", "instances: 2")}${task("changed", "")}${task("policy", "")}${task("gone", "")}`,
  );
  await daemon.until("gone", ({ pid }) => pid !== null);
  const before = await pids(daemon);
  daemon.rewrite(
    `tasks:\n${task("same", "")}${task("scaled", "instances: 3")}${task("changed", "umask: 77")}${task("policy", "start_retries: 1")}${task("new", "")}`,
  );
  daemon.signal("SIGHUP");
  await daemon.waitFor(/2 added, 1 removed, 1 changed, \d+ adjusted/);
  await daemon.until("changed", ({ pid }) => pid !== null && pid !== before.changed);
  await daemon.until("new", ({ pid }) => pid !== null);
  const after = await pids(daemon);
  expect(after).toMatchObject({
    same: before.same,
    policy: before.policy,
    scaled_1: before.scaled_1,
    scaled_2: before.scaled_2,
  });
  expect(after.scaled_3).toBeTypeOf("number");
  expect(after).not.toHaveProperty("gone");
});

it("starts a task with a new name when the old one has given its port back", async () => {
  const server = (name: string): string =>
    `tasks: { ${name}: { command: [sh, -c, 'trap "sleep 0.5; rmdir $DIR/port; exit" TERM; mkdir $DIR/port || exit 1; while :; do sleep 0.05; done'], start_period: 100ms } }`;
  const daemon = new Daemon(server("old"));
  await daemon.until("old", ({ state }) => state === "running");
  daemon.rewrite(server("new"));
  daemon.signal("SIGHUP");
  await daemon.waitFor(/1 added, 1 removed/);
  await daemon.until("new", ({ state }) => state === "running");
  expect(daemon.output).toMatch(/old: stopped[\s\S]*new: started/);
  expect(daemon.output).not.toContain("new: backoff");
});

it.each([
  ["is changed", "umask: 22", ""],
  ["is changed, one after the other", "umask: 22", "--rolling"],
  ["is switched on", "autostart: false", ""],
])("gives the port of a task that goes to one that %s, when it is free", async (_, before, option) => {
  const script = (port: string): string =>
    `[sh, -c, 'trap "sleep 0.5; rmdir $DIR/${port}; exit" TERM; mkdir $DIR/${port} || exit 1; while :; do sleep 0.05; done']`;
  const old = `old: { command: ${script("port")}, start_period: 100ms }`;
  const heir = (port: string, rest: string): string =>
    `heir: { command: ${script(port)}, start_period: 100ms, ${rest} }`;
  const port = before.startsWith("umask") ? "other" : "port";
  const daemon = new Daemon(`tasks: { ${old}, ${heir(port, before)} }`);
  await daemon.until("old", ({ state }) => state === "running");
  if (port === "other") await daemon.until("heir", ({ state }) => state === "running");
  daemon.rewrite(`tasks: { ${heir("port", "umask: 22")} }`);
  expect((await daemon.ctl("reload", ...option.split(" ").filter(Boolean))).code).toBe(0);
  await daemon.waitFor(/old: stopped[\s\S]*heir: running/);
  expect(daemon.output).toMatch(/old: stopped[\s\S]*heir: started/);
  expect(daemon.output).not.toMatch(/heir: (backoff|exited|failed)|next try/);
});

it("starts nothing that somebody has stopped while it waited for an old task's end", async () => {
  const old = `old: { command: [sh, -c, 'trap "while [ ! -e $DIR/go ]; do sleep 0.05; done; exit" TERM; touch $DIR/up; while :; do sleep 0.05; done'] }`;
  const daemon = new Daemon(`tasks: { ${old} }`);
  await vi.waitFor(() => expect(existsSync(join(daemon.folder, "up"))).toBe(true), patience);
  daemon.rewrite(`tasks:\n${task("one", "")}${task("two", "")}`);
  daemon.signal("SIGHUP");
  await daemon.waitFor(/old: stopping/);
  expect(await daemon.instance("one")).toMatchObject({
    state: "stopped",
    reason: "starts when old has ended",
  });
  await daemon.ctl("stop", "one");
  writeFileSync(join(daemon.folder, "go"), "");
  await daemon.until("two", ({ state }) => state === "running");
  expect(await daemon.instance("one")).toMatchObject({ state: "stopped", reason: null });
});

it("takes over another healthcheck, log rotation and name while the process goes on", async () => {
  const talker = (rest: string): string => `
tasks:
  web:
    command: [sh, -c, 'while echo line; do sleep 0.01; done']
    start_period: 10ms
    stdout: [inherit, "\${DIR}/web.log"]
    ${rest}
`;
  const asks = (word: string): string => `healthcheck: { exec: [touch, "\${DIR}/${word}"], interval: 20ms }`;
  const daemon = new Daemon(talker(asks("old")));
  const { pid } = await daemon.until("web", ({ health }) => health === "healthy");
  const file = (name: string): string => join(daemon.folder, name);

  daemon.rewrite(talker(`${asks("new")}\n    log: { max_size: 200 }\n    instances: 2`));
  expect((await daemon.ctl("reload")).stdout).toBe("added: web_2\nadjusted: web_1\nunchanged: 0\n");
  await vi.waitFor(() => {
    expect(existsSync(file("new"))).toBe(true);
    expect(existsSync(file("web.log.1"))).toBe(true);
  }, patience);
  await daemon.waitFor(/^web_1 \| line/m);

  daemon.rewrite(talker("instances: 2"));
  await daemon.ctl("reload");
  expect(await daemon.instance("web_1")).toMatchObject({ health: "none", pid });
  daemon.rewrite(
    talker(`instances: 2\n    healthcheck: { exec: "false", interval: 20ms, on_failure: mark }`),
  );
  await daemon.ctl("reload");
  expect(await daemon.until("web_1", ({ health }) => health === "unhealthy")).toMatchObject({ pid });
});

it("starts what waits for nothing any more, and what is switched on", async () => {
  const unready = "  base: { command: sleep 1000, readiness: { log: never } }\n";
  const daemon = new Daemon(
    `tasks:\n${unready}${task("waits", "depends_on: { base: { condition: healthy } }")}${task("off", "autostart: false")}`,
  );
  await daemon.until("waits", ({ state }) => state === "waiting");
  const { pid } = await daemon.instance("base");
  // Nothing else changes: no process starts or ends.
  daemon.rewrite(`tasks:\n${unready}${task("waits", "depends_on: []")}${task("off", "autostart: false")}`);
  expect((await daemon.ctl("reload")).stdout).toBe("adjusted: waits\nunchanged: 2\n");
  await daemon.until("waits", ({ state }) => state === "running");
  expect(await daemon.instance("off")).toMatchObject({ state: "stopped" });

  daemon.rewrite(`tasks:\n${unready}${task("waits", "depends_on: []")}${task("off", "")}`);
  await daemon.ctl("reload");
  await daemon.until("off", ({ state }) => state === "running");
  expect(await daemon.instance("base")).toMatchObject({ pid });
});

it("starts a task again that comes back while it is being stopped", async () => {
  const slow =
    "tasks: { web: { command: [sh, -c, 'trap \"while ! test -e $DIR/go; do sleep 0.02; done; exit\" TERM; echo up; while :; do sleep 0.02; done'], start_period: 10ms } }";
  const daemon = new Daemon(slow);
  await daemon.waitFor(/web \| up/);
  const { pid } = await daemon.instance("web");
  daemon.rewrite("tasks: {}");
  await daemon.client.call("POST", "/v1/reload");
  await daemon.waitFor(/web: stopping/);
  daemon.rewrite(slow);
  await daemon.client.call("POST", "/v1/reload");
  writeFileSync(join(daemon.folder, "go"), "");
  await daemon.until("web", (now) => now.state === "running" && now.pid !== pid);
  // It is there for good again, not only until its next end.
  await daemon.client.call("POST", "/v1/stop", { names: ["web"] });
  expect(await daemon.instance("web")).toMatchObject({ state: "stopped" });
});

it("does not start again what it removes, whoever asks for that while it is being stopped", async () => {
  const slow = `  slow: { command: [sh, -c, 'trap "until test -e $DIR/go; do sleep 0.02; done; exit" TERM; echo armed; while :; do sleep 0.02; done'], start_period: 10ms }\n`;
  const daemon = new Daemon(`tasks:\n${slow}${task("web", "")}`);
  await daemon.waitFor(/slow \| armed/);
  daemon.rewrite(`tasks:\n${task("web", "")}`);
  await daemon.ctl("reload");
  await daemon.waitFor(/ slow: stopping/);
  await daemon.client.call("POST", "/v1/start", { names: ["slow"], wait: false });
  writeFileSync(join(daemon.folder, "go"), "");
  await daemon.waitFor(/ slow: stopped/);
  expect((await daemon.status()).map(({ name }) => name)).toEqual(["web"]);
  expect(daemon.output.match(/ slow: started/g)).toHaveLength(1);
});

it("changes nothing when the file is bad, and says where", async () => {
  const daemon = new Daemon(`tasks:\n${task("web", "")}`);
  await daemon.until("web", ({ pid }) => pid !== null);
  const before = await pids(daemon);
  daemon.rewrite(`tasks:\n${task("web", "umsk: 77")}${task("other", "")}`);
  const answer = await daemon.ctl("reload");
  expect(answer.code).toBe(1);
  expect(answer.stderr).toContain("tasks.yaml:2:51: tasks.web.umsk: unknown key");
  expect(await pids(daemon)).toEqual(before);
});

it("changes nothing when the program that reads the file is killed, as by a limit of memory", async () => {
  const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
  const { pid } = await daemon.until("web", ({ state }) => state === "running");
  rmSync(daemon.file);
  // It waits for somebody who writes.
  execFileSync("mkfifo", [daemon.file]);
  const answer = daemon.ctl("reload");
  const reader = await vi.waitUntil(
    () => readProcesses().find((info) => info.parent === daemon.pid && info.pid !== pid && !hasEnded(info)),
    { timeout: 20_000 },
  );
  process.kill(reader.pid, "SIGKILL");
  const { code, stderr } = await answer;
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /^cannot read \S+: the program for it ended \(killed by SIGKILL\)\n {2}is there/,
    ),
  });
  expect((await daemon.instance("web")).pid).toBe(pid);
});

it("switches a task on when the environment that it requires has come", async () => {
  const daemon = new Daemon(
    `tasks:\n${task("web", "requires_environment: [TOKEN], env_file: [{ path: secrets.env, required: false }]")}`,
  );
  expect(await daemon.until("web", () => true)).toMatchObject({
    state: "stopped",
    reason: "TOKEN is not set",
  });
  const refused = await daemon.ctl("start", "web");
  expect(refused).toMatchObject({ code: 1 });
  writeFileSync(join(daemon.folder, "secrets.env"), "TOKEN=hidden\n");
  await daemon.client.call("POST", "/v1/reload");
  await daemon.until("web", ({ state }) => state === "running");
  expect(daemon.output).not.toContain("hidden");
});

it("reads included files, and names the one that is wrong", async () => {
  const daemon = new Daemon("include: [conf.d/*.yaml]\ntasks: {}");
  await daemon.waitFor(/ runs /);
  mkdirSync(join(daemon.folder, "conf.d"));
  writeFileSync(join(daemon.folder, "conf.d", "a.yaml"), `tasks:\n${task("a", "depends_on: [b]")}`);
  expect((await daemon.ctl("reload")).stderr).toContain(
    'conf.d/a.yaml:2:49: tasks.a.depends_on.b: no task is named "b"',
  );
  writeFileSync(join(daemon.folder, "conf.d", "b.yaml"), `tasks:\n${task("b", "")}`);
  expect((await daemon.ctl("reload")).stdout).toBe("added: a, b\nunchanged: 0\n");
  await daemon.until("a", ({ state }) => state === "running");
});

describe("a rolling reload", () => {
  /** Three instances that say when they are up, of which the file `broken-N` keeps one from starting. */
  const web = (edition: number): string => `
tasks:
  web:
    command: [sh, -c, 'test -e $DIR/broken-$NUMBER && exit 1; echo edition ${edition}; touch $DIR/up-${edition}-$NUMBER; exec sleep 1000']
    instances: 3
    start_period: 100ms
    start_retries: 0
    environment: { NUMBER: "\${INSTANCE}" }
    healthcheck: { exec: [sh, -c, 'test -e $DIR/up-${edition}-$NUMBER'], interval: 50ms }
`;
  const names = ["web_1", "web_2", "web_3"];

  async function startWeb(): Promise<Daemon> {
    const daemon = new Daemon(web(1));
    for (const name of names) await daemon.until(name, ({ health }) => health === "healthy");
    return daemon;
  }

  it("replaces one instance after the other, each when the one before is healthy", async () => {
    const daemon = await startWeb();
    const from = daemon.output.length;
    daemon.rewrite(web(2));
    expect(await daemon.ctl("reload", "--rolling")).toMatchObject({
      code: 0,
      stdout: "changed: web_1, web_2, web_3\nunchanged: 0\n",
    });
    const changes = [...daemon.output.slice(from).matchAll(/^longshored \| (web_\d): (stopping|healthy)/gm)];
    expect(changes.map(([, name, what]) => `${name} ${what}`)).toEqual(
      names.flatMap((name) => [`${name} stopping`, `${name} healthy`]),
    );
    expect((await daemon.ctl("logs", "-n", "1", "web")).stdout).toBe(
      "web_1 | edition 2\nweb_2 | edition 2\nweb_3 | edition 2\n",
    );
  });

  it("goes no further than the first that fails; the next reload takes the rest, or leaves it as it was", async () => {
    const daemon = await startWeb();
    const { web_3: third } = await pids(daemon);
    writeFileSync(join(daemon.folder, "broken-2"), "");
    daemon.rewrite(web(2));
    expect(await daemon.ctl("reload", "--rolling")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot go on with the reload: web_2 is fatal"),
    });
    expect((await pids(daemon)).web_3).toBe(third);
    expect((await daemon.ctl("reload", "--dry-run")).stdout).toBe("changed: web_3\nunchanged: 2\n");

    rmSync(join(daemon.folder, "broken-2"));
    daemon.rewrite(web(1));
    expect((await daemon.ctl("reload", "--rolling")).stdout).toBe("changed: web_1, web_2\nunchanged: 1\n");
    expect((await pids(daemon)).web_3).toBe(third);
    await daemon.client.call("POST", "/v1/restart", { names: ["web_3"] });
    await daemon.until("web_3", ({ health, pid }) => health === "healthy" && pid !== third);
    expect((await daemon.ctl("logs", "-n", "1", "web_3")).stdout).toBe("edition 1\n");
  });

  it("gives way to a later one", async () => {
    const daemon = await startWeb();
    daemon.rewrite(
      web(2).replace("touch", "true").replace("interval: 50ms", "interval: 50ms, start_period: 1h"),
    );
    const first = daemon.ctl("reload", "--rolling");
    await daemon.waitFor(/web_1 \| edition 2/);
    daemon.rewrite(web(3));
    expect((await daemon.ctl("reload", "--rolling")).code).toBe(0);
    expect(await first).toMatchObject({ code: 1, stderr: expect.stringContaining("was read again") });
  });

  it("is of the file alone", async () => {
    const daemon = await startWeb();
    expect(await daemon.ctl("reload", "--rolling", "web")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("without names"),
    });
  });
});
