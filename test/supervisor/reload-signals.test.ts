import { execFileSync } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

const task = (name: string): string => `  ${name}: { command: sleep 1000, start_period: 10ms }\n`;

/** A daemon that reads its tasks from a pipe, and waits there until somebody writes them. */
function startReading(): { daemon: Daemon; openPipe: () => Promise<FileHandle> } {
  const daemon = new Daemon("include: pipe.yaml\n");
  const pipe = join(daemon.folder, "pipe.yaml");
  execFileSync("mkfifo", [pipe]);
  // Opening it waits for the reader.
  return { daemon, openPipe: () => open(pipe, "w") };
}

async function answer(pipe: FileHandle, tasks: string): Promise<void> {
  await pipe.writeFile(`tasks:\n${tasks}`);
  await pipe.close();
}

it("while the tasks are read for the first time, it is remembered", async () => {
  const { daemon, openPipe } = startReading();
  const first = await openPipe();
  daemon.signal("SIGHUP");
  await answer(first, task("a"));
  // The first reader has left the pipe.
  await daemon.waitFor(/ runs /);
  await answer(await openPipe(), task("a") + task("b"));
  await daemon.waitFor(/ b: running/);
});

it("many of them are read once, after what is being read", async () => {
  const { daemon, openPipe } = startReading();
  await answer(await openPipe(), task("a"));
  await daemon.until("a", ({ state }) => state === "running");
  daemon.signal("SIGHUP");
  const second = await openPipe();
  for (let count = 0; count < 20; count += 1) {
    daemon.signal("SIGHUP");
    // The signal has been taken when this is answered.
    await daemon.status();
  }
  await answer(second, task("b"));
  await daemon.waitFor(/ reloaded /);
  await answer(await openPipe(), task("c"));
  await daemon.waitFor(/ c: running/);
  await daemon.waitFor(/ b: stopped/);
  expect((await daemon.status()).map(({ name }) => name)).toEqual(["c"]);
  expect(daemon.output.match(/ reloaded /g)).toHaveLength(2);
  expect(daemon.output).not.toContain("cannot reload");
});

it("while everything is stopped, nothing is started again", async () => {
  const tasks = (mask: string): string => `
tasks:
  base: { command: sleep 1000, start_period: 10ms, umask: ${mask} }
  slow:
    command: [sh, -c, 'trap "" TERM; echo armed; while :; do sleep 0.1; done']
    start_period: 10ms
    depends_on: [base]
`;
  const daemon = new Daemon(tasks("22"));
  await daemon.waitFor(/slow \| armed/);
  daemon.signal("SIGTERM");
  await daemon.waitFor(/slow: stopping/);
  daemon.rewrite(tasks("77"));
  expect(await daemon.ctl("reload")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("cannot reload: everything is being stopped"),
  });
});
