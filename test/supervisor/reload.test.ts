import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

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
