import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

describe("a rolling restart", () => {
  it("takes one instance after the other, and goes no further than the first that fails", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'test -e $DIR/broken-$INSTANCE_NUMBER && exit 1; touch $DIR/up-$INSTANCE_NUMBER; exec sleep 1000']
    instances: 3
    start_period: 100ms
    start_retries: 0
    environment: { INSTANCE_NUMBER: "\${INSTANCE}" }
    healthcheck: { exec: [sh, -c, 'test -e $DIR/up-$INSTANCE_NUMBER'], interval: 100ms }
`);
    for (const name of ["web_1", "web_2", "web_3"])
      await daemon.until(name, ({ health }) => health === "healthy");
    expect((await daemon.ctl("restart", "--rolling", "web")).code).toBe(0);
    const changes = [...daemon.output.matchAll(/^longshored \| (web_\d): (stopping|running)/gm)].map(
      (match) => match[0].slice(13),
    );
    expect(changes.slice(-6)).toEqual(
      [1, 2, 3].flatMap((number) => [`web_${number}: stopping`, `web_${number}: running`]),
    );
    const before = await daemon.instance("web_3");
    writeFileSync(join(daemon.folder, "broken-2"), "");
    expect(await daemon.ctl("restart", "--rolling", "web")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot go on with the restart: web_2 is fatal"),
    });
    expect((await daemon.instance("web_3")).pid).toBe(before.pid);
  });
});

describe("longshorectl reload", () => {
  it("has a task reload itself, and says what a new file would change", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'trap \"echo reloading\" HUP; echo up; while :; do sleep 0.05; done'], reload_signal: HUP }, app: { command: sleep 1000 }, bad: { command: sleep 1000, reload_command: [sh, -c, 'exit 3'] } }",
    );
    await daemon.waitFor(/web \| up/);
    expect((await daemon.ctl("reload", "web")).stdout).toBe("web: reloaded\n");
    await daemon.waitFor(/web \| reloading/);
    expect(await daemon.ctl("reload", "app")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it has no way to be told"),
    });
    expect(await daemon.ctl("reload", "bad")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot reload bad: its reload_command failed: sh exited with 3"),
    });
    daemon.rewrite("tasks: { app: { command: sleep 1001 } }");
    const { stdout: json } = await daemon.ctl("reload", "--dry-run", "--json");
    expect(JSON.parse(json)).toEqual({
      added: [],
      removed: ["web", "bad"],
      changed: ["app"],
      adjusted: [],
      unchanged: 0,
    });
    expect((await daemon.ctl("reload", "--dry-run")).stdout).toBe(
      "removed: web, bad\nchanged: app\nunchanged: 0\n",
    );
    expect((await daemon.instance("web")).pid).not.toBeNull();
  });
});
