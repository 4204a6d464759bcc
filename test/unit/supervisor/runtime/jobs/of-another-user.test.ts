import { once } from "node:events";
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
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireRootsFolder } from "../../../../../supervisor/config/files/guarded-path.ts";
import { loadPlan } from "../../../../../supervisor/config/files/load.ts";
import { readTasksFiles } from "../../../../../supervisor/config/tasks-files.ts";
import type { ControlTarget } from "../../../../../supervisor/control/handler.ts";
import { serveControl } from "../../../../../supervisor/control/server.ts";
import { ControlClient } from "../../../../../supervisor/ctl/client.ts";
import { digestFiles } from "../../../../../supervisor/runtime/jobs/file-digests.ts";
import { pruneRunLogs, RunLog, readRunLog } from "../../../../../supervisor/runtime/jobs/run-log.ts";
import { takeStateDirectory } from "../../../../../supervisor/runtime/jobs/state-directory.ts";
import { asOther } from "../../../../as-other.ts";

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

const firstLine = async (path: string): Promise<unknown> =>
  (await new ControlClient(path).lines("/v1/logs").next()).value;

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
    await expect(readRunLog(theirs("logs"), 1)).rejects.toThrow(
      /cannot show what run 1 wrote: .*belongs to another user/,
    );
    expect(await readRunLog(ours("none"), 1)).toBe(null);
    asThem('ln -s "$1" swapped');
    await expect(pruneRunLogs(theirs("swapped"), () => false)).rejects.toThrow(/cannot remove old logs/);
    expect(readFileSync(ours("3.log"), "utf8")).toBe("kept\n");
  });

  it.each([
    ["a folder of theirs", () => theirs("control.sock"), /theirs belongs to another user \(uid 12345\)/],
    ["one of root below it", () => theirs("run/control.sock"), /theirs belongs to another user/],
    ["one that is not there yet", () => theirs("new/control.sock"), /theirs belongs to another user/],
    ["one that everybody may write", () => ours("open/control.sock"), /open can be written by .*777/],
    ["a link of root to theirs", () => ours("link/control.sock"), /theirs belongs to another user/],
  ])("neither listens in %s, nor trusts what answers there", async (_, path, reason) => {
    mkdirSync(theirs("run"));
    mkdirSync(ours("open"));
    chmodSync(ours("open"), 0o777);
    symlinkSync(theirs(), ours("link"));
    const served = serveControl(path(), {} as ControlTarget);
    await expect(served).rejects.toMatchObject({
      message: expect.stringMatching(reason),
      hint: expect.stringMatching(/such as \/run\/longshore, with --socket PATH/),
    });
    expect(existsSync(theirs("new"))).toBe(false);
    if (path().includes("/new/")) return;
    const server = createServer((socket) => socket.destroy()).listen(path());
    await once(server, "listening");
    for (const call of [new ControlClient(path()).call("GET", "/x"), firstLine(path())])
      await expect(call).rejects.toMatchObject({
        code: "untrusted_socket",
        message: expect.stringMatching(reason),
      });
    server.close();
  });

  it("listens in a folder like /tmp, and trusts there what is its own alone", async () => {
    mkdirSync(ours("tmp"));
    chmodSync(ours("tmp"), 0o1777);
    const [mine, squatted, linked] = ["mine", "squatted", "linked"].map((name) => ours(`tmp/${name}`));
    const server = await serveControl(mine ?? "", {} as ControlTarget);
    expect(() => asThem(`mv "$1/tmp/mine" "$1/tmp/away"`)).toThrow();
    asThem('ln -s "$1/tmp/mine" "$1/tmp/linked"');
    const squatter = createServer((socket) => socket.destroy()).listen(squatted);
    await once(squatter, "listening");
    chownSync(squatted ?? "", other, other);
    await expect(serveControl(squatted ?? "", {} as ControlTarget)).rejects.toThrow(
      /a program of another user does \(uid 12345\)/,
    );
    for (const path of [squatted, linked])
      await expect(new ControlClient(path ?? "").call("GET", "/x")).rejects.toMatchObject({
        code: "untrusted_socket",
        message: expect.stringMatching(/(squatted|linked) belongs to another user \(uid 12345\)/),
      });
    await expect(new ControlClient(mine ?? "").call("GET", "/x")).rejects.toMatchObject({
      code: "not_found",
    });
    symlinkSync(mine ?? "", ours("link"));
    await expect(new ControlClient(ours("link")).call("GET", "/x")).rejects.toMatchObject({
      code: "not_found",
    });
    squatter.close();
    server.close();
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

  describe("warns that they can change what it runs", () => {
    const tasks = "tasks: { web: { command: x, env_file: { path: web.env, required: false } } }";
    const put = (path: string, text = tasks, owner = 0, mode = 0o644): string => {
      writeFileSync(path, text);
      chownSync(path, owner, owner);
      chmodSync(path, mode);
      return path;
    };
    const warningsOf = async (file: string) =>
      (await loadPlan(file, {})).warnings.map((text) => text.replaceAll(folder, ""));

    it.each([
      ["not where all is root's", () => put(ours("tasks.yaml")), undefined],
      ["not of a file in a folder like /tmp", () => put(join(sticky(), "t.yaml")), undefined],
      [
        "in a file of theirs",
        () => put(ours("tasks.yaml"), tasks, other),
        /: \/ours\/tasks.yaml belongs to uid 12345; fix it: chown root: \/ours\/tasks.yaml && chmod go-w \/ours\/tasks.yaml, or keep .*:ro\)$/,
      ],
      [
        "in a file that others can write",
        () => put(ours("tasks.yaml"), tasks, 0, 0o666),
        /tasks.yaml can be written by others \(mode 666\)/,
      ],
      [
        "in a folder of theirs",
        () => put(theirs("tasks.yaml")),
        /: \/theirs belongs to uid 12345; fix it: chown root: \/theirs/,
      ],
      [
        "further up, which is not to become root's",
        () => put(deep(), tasks, other),
        /\/theirs belongs to uid 12345, \/theirs\/a\/tasks.yaml belongs to uid 12345; fix it: keep the files/,
      ],
      [
        "in an included file",
        () => put(ours("tasks.yaml"), `include: ${put(ours("part.yaml"), "tasks: {}", other)}\n${tasks}`),
        /part.yaml belongs to uid 12345/,
      ],
      [
        "in the folder of included ones",
        () => put(ours("tasks.yaml"), `include: ${sticky()}/*.yaml\n${tasks}`),
        /sticky can be written by others \(mode 1777\)/,
      ],
      [
        "in an env file of root's task",
        () => put(put(ours("web.env"), "A=1", other).replace("web.env", "tasks.yaml")),
        /web.env belongs to uid 12345/,
      ],
      [
        "not in one of their own task's",
        () =>
          put(
            put(ours("web.env"), "A=1", other).replace("web.env", "tasks.yaml"),
            tasks.replace("command", "user: '12345', command"),
          ),
        undefined,
      ],
      ["through a link", () => link(put(theirs("t.yaml"))), /\/theirs belongs to uid 12345/],
    ])("%s", async (_, prepare, warning) => {
      const found = await warningsOf(prepare());
      expect(found).toEqual(warning === undefined ? [] : [expect.stringMatching(warning)]);
    });

    const sticky = (): string => {
      mkdirSync(ours("sticky"));
      chmodSync(ours("sticky"), 0o1777);
      return ours("sticky");
    };
    const link = (target: string): string => {
      symlinkSync(target, ours("tasks.yaml"));
      return ours("tasks.yaml");
    };
    const deep = (): string => {
      mkdirSync(theirs("a"));
      return theirs("a/tasks.yaml");
    };
  });
});
