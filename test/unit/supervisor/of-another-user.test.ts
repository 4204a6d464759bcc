import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireRootsFolder } from "../../../supervisor/config/guarded-path.ts";
import { readTasksFiles } from "../../../supervisor/config/tasks-files.ts";
import type { ControlTarget } from "../../../supervisor/control/routes.ts";
import { serveControl } from "../../../supervisor/control/server.ts";
import { digestFiles } from "../../../supervisor/runtime/jobs/file-digests.ts";
import { pruneRunLogs, RunLog, readRunLog } from "../../../supervisor/runtime/jobs/run-log.ts";
import { takeStateDirectory } from "../../../supervisor/runtime/jobs/state-directory.ts";
import { asOther } from "../../as-other.ts";

const other = 12_345;
let folder = "";
let said: string[] = [];
/** A folder of another user, and one of root. */
const theirs = (name = ""): string => join(folder, "theirs", name);
const ours = (name = ""): string => join(folder, "ours", name);
const say = (message: string): void => void said.push(message);

beforeEach(() => {
  said = [];
  folder = mkdtempSync(join(tmpdir(), "longshore-theirs-"));
  chmodSync(folder, 0o755);
  mkdirSync(theirs());
  mkdirSync(ours(), { mode: 0o755 });
  chownSync(theirs(), other, other);
  writeFileSync(ours("secret"), "a secret\n", { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As the other user, in their folder; `$1` is root's. */
const asThem = (script: string): void => asOther(other, `cd "$2"; ${script}`, ours(), theirs());

describe.skipIf(process.getuid?.() !== 0)("root, in what another user may change,", () => {
  it.each([
    ["a folder of theirs", () => theirs(), /belongs to another user \(uid 12345\)/],
    ["one below it", () => theirs("root"), /theirs belongs to another user/],
    ["one that everybody may write", () => ours("open"), /open can be written by other users \(mode 777\)/],
    ["one that is like /tmp", () => ours("sticky"), /sticky can be written by other users \(mode 1777\)/],
    ["a link of root to theirs", () => ours("link"), /theirs belongs to another user/],
  ])("keeps no state in %s", async (_, path, reason) => {
    mkdirSync(theirs("root"));
    for (const [name, mode] of [["open", 0o777] as const, ["sticky", 0o1777] as const]) {
      mkdirSync(ours(name));
      chmodSync(ours(name), mode);
    }
    symlinkSync(theirs(), ours("link"));
    expect(() => requireRootsFolder(path())).toThrow(reason);
    const before = readdirSync(path());
    const { storage, release } = await takeStateDirectory(path(), new AbortController().signal, say);
    release();
    expect(storage.logFolder("job")).toBe(null);
    expect(said).toEqual([expect.stringMatching(/cannot keep the state .*chown -R root.*--state-dir/)]);
    expect(readdirSync(path())).toEqual(before);
  });

  it("does not take a link of theirs for root's, where everybody may make one", () => {
    mkdirSync(ours("sticky"));
    chmodSync(ours("sticky"), 0o1777);
    asThem('ln -s "$1" "$1/sticky/link"');
    expect(() => requireRootsFolder(ours("sticky/link"))).toThrow(/link belongs to another user/);
  });

  it("keeps it in a folder of its own, through a link of its own", async () => {
    mkdirSync(ours("state"));
    symlinkSync(ours("state"), ours("link"));
    const { storage, release } = await takeStateDirectory(ours("link"), new AbortController().signal, say);
    release();
    expect(storage.logFolder("job")).not.toBe(null);
    expect(said).toEqual([]);
  });

  it("neither writes, shows nor removes logs of runs there", async () => {
    asThem('mkdir logs; ln -s "$1/secret" logs/1.log; ln -s "$1/new" logs/2.log');
    writeFileSync(ours("3.log"), "kept\n");
    const log = RunLog.of(theirs("logs"), 2, say);
    log.write(Buffer.from("line\n"));
    await log.close();
    expect(said).toEqual([expect.stringMatching(/^cannot write .*belongs to another user/)]);
    expect(existsSync(ours("new"))).toBe(false);
    expect(await readRunLog(theirs("logs"), 1)).toBe(null);
    asThem('ln -s "$1" swapped');
    await pruneRunLogs(theirs("swapped"), () => false);
    expect(readFileSync(ours("3.log"), "utf8")).toBe("kept\n");
  });

  it("removes its control socket where it made it, wherever the path leads by then", async () => {
    mkdirSync(theirs("run"));
    chownSync(theirs("run"), other, other);
    writeFileSync(ours("control.sock"), "kept\n");
    const server = await serveControl(theirs("run/control.sock"), {} as ControlTarget);
    asThem('mv run old; ln -s "$1" run');
    await new Promise((resolve) => server.close(resolve));
    expect(readFileSync(ours("control.sock"), "utf8")).toBe("kept\n");
    expect(readdirSync(theirs("old"))).toEqual([]);
  });

  it("does not watch root's file through a link of theirs, and says so", async () => {
    asThem('echo a > own; ln -s own link; ln -s "$1/secret" secret; mkfifo fifo; ln -s /dev/zero zero');
    const names = ["own", "link", "secret", "fifo", "zero"];
    const digests = Object.values(await digestFiles(names.map(theirs), say));
    expect(digests.slice(2)).toEqual(["missing", "missing", "missing"]);
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe("missing");
    expect(said).toHaveLength(2);
    expect(said.join("\n")).toMatch(/cannot see changes of .*secret: .*symbolic link of another user/);
  });

  it("shows no line of root's file as a fault of tasks", async () => {
    asThem('ln -s "$1/secret" part.yaml; ln -s "$1/secret" tasks.yaml');
    await expect(readTasksFiles(theirs("tasks.yaml"))).rejects.toThrow(/cannot read .*symbolic link/);
    const main = ours("tasks.yaml");
    writeFileSync(main, `include: ${theirs("*.yaml")}\ntasks: {}\n`);
    const { problems } = await readTasksFiles(main);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/cannot read .*part\.yaml .*symbolic link/),
      expect.stringMatching(/cannot read .*tasks\.yaml .*symbolic link/),
    ]);
  });
});
