import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

/** The lines of a rotated log, oldest first. */
function readLines(folder: string, name: string): string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(name));
  const number = (file: string): number => Number(file.slice(name.length + 1));
  const ordered = files.sort((a, b) => number(b) - number(a));
  return ordered.flatMap((file) => readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1));
}

describe("a log file", () => {
  it("is rotated between lines, and loses and reorders none", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'seq 200000; echo done >&2; sleep 1000']
    stdout: "\${DIR}/web-\${INSTANCE}.log"
    log: { max_size: 100k, max_files: 50 }
`);
    await daemon.waitFor(/web \| done/);
    await expect.poll(() => readLines(daemon.folder, "web-1.log").length, { timeout: 10_000 }).toBe(200_000);
    const lines = readLines(daemon.folder, "web-1.log");
    expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
    const sizes = readdirSync(daemon.folder).filter((file) => file.startsWith("web-1.log."));
    expect(sizes.length).toBeGreaterThan(10);
  });

  it("is put aside when it has become too old", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done']
    stdout: "\${DIR}/web.log"
    log: { max_age: 1s, max_files: 50 }
`);
    const older = join(daemon.folder, "web.log.2");
    await expect.poll(() => existsSync(older), { timeout: 20_000 }).toBe(true);
    await daemon.client.call("POST", "/v1/stop", { names: ["web"] });
    const lines = readLines(daemon.folder, "web.log");
    expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
  });

  it("is left behind when somebody else moves it away", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done'], stdout: "\${DIR}/web.log" }
`);
    const file = join(daemon.folder, "web.log");
    await expect
      .poll(() => existsSync(file) && readFileSync(file, "utf8"), { timeout: 10_000 })
      .toContain("2\n");
    renameSync(file, join(daemon.folder, "web.log.old"));
    await expect
      .poll(() => existsSync(file) && readFileSync(file, "utf8").length > 0, { timeout: 10_000 })
      .toBe(true);
    const lines = [join(daemon.folder, "web.log.old"), file].flatMap((path) =>
      readFileSync(path, "utf8").split("\n").slice(0, -1),
    );
    expect(lines.every((line, index) => line === String(index + 1))).toBe(true);
  });

  it("that cannot be written is reported, and the task lives on", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'seq 10; sleep 1000'], stdout: /dev/full, start_period: 100ms } }",
    );
    await daemon.waitFor(/cannot write \/dev\/full \(ENOSPC\)/);
    await daemon.until("web", ({ state }) => state === "running");
  });

  it("is put aside by other rules from the moment of a reload, and its task runs on", async () => {
    const tasks = (log: string) =>
      `tasks: { web: { command: [sh, -c, 'while :; do seq 100; sleep 0.05; done'], stdout: "\${DIR}/web.log", ${log} } }`;
    const daemon = new Daemon(tasks(""));
    const before = await daemon.until("web", ({ pid }) => pid !== null);
    daemon.rewrite(tasks("log: { max_size: 2k, max_files: 1, mode: 0640 }"));
    expect((await daemon.ctl("reload")).stdout).toBe("adjusted: web\nunchanged: 0\n");
    await expect.poll(() => existsSync(join(daemon.folder, "web.log.1")), { timeout: 10_000 }).toBe(true);
    expect((await daemon.instance("web")).pid).toBe(before.pid);
    await daemon.client.call("POST", "/v1/stop", { names: ["web"] });
    const modes = ["web.log", "web.log.1"].map((name) => statSync(join(daemon.folder, name)).mode & 0o7777);
    expect(modes).toEqual([0o640, 0o640]);
  });

  it("that is the supervisor's own output by another name is that output", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'echo out; echo err >&2; sleep 1000'], stdout: /dev/fd/1, stderr: /dev/stderr } }",
    );
    await daemon.waitFor(/^web \| out$/m);
    await daemon.waitFor(/^web \| err$/m);
  });

  it("takes both streams in their order with stderr: stdout", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: [sh, -c, 'for i in 1 2 3 4; do echo o$i; echo e$i >&2; done; sleep 1000'], stdout: ["\${DIR}/web.log", inherit], stderr: stdout }
`);
    await daemon.waitFor(/web \| e4/);
    expect(readFileSync(join(daemon.folder, "web.log"), "utf8")).toBe("o1\ne1\no2\ne2\no3\ne3\no4\ne4\n");
  });
});

describe("the supervisor's own output", () => {
  it("never mixes lines, whatever writes at once", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: [sh, -c, 'for i in $(seq 3000); do printf "%s-%s-" $INSTANCE_NUMBER $i; echo $INSTANCE_NUMBER-$i; done; echo end; sleep 1000'], instances: 4, environment: { INSTANCE_NUMBER: "\${INSTANCE}" } }
`);
    for (const name of ["web_1", "web_2", "web_3", "web_4"])
      await daemon.waitFor(new RegExp(`${name} \\| end`));
    const lines = daemon.output.split("\n").filter((line) => /^web_/.test(line) && !line.endsWith("end"));
    expect(lines).toHaveLength(12_000);
    expect(lines.filter((line) => !/^web_(\d) \| \1-(\d+)-\1-\2$/.test(line))).toEqual([]);
  });

  it("can be JSON", async () => {
    const daemon = new Daemon(
      "output: { format: json }\ntasks: { web: { command: [sh, -c, 'printf \"a \\042 b\\n\"; sleep 1000'] } }",
    );
    const [line] = await daemon.waitFor(/^.*"name":"web".*$/m);
    expect(JSON.parse(line)).toMatchObject({ name: "web", stream: "stdout", line: 'a " b' });
  });
});
