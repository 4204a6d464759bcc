import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { resolveTask } from "../../supervisor/config/instance-spec.ts";
import { parseTasksFile } from "../../supervisor/config/tasks-file.ts";
import { Reaper } from "../../supervisor/runtime/process/leftovers/reaper.ts";
import { Marker } from "../../supervisor/runtime/process/leftovers/run-mark.ts";
import type { Native } from "../../supervisor/runtime/process/native.ts";
import { Spawner } from "../../supervisor/runtime/process/spawn.ts";

/** How a command ended, what it wrote, and why it could not be run. */
interface Outcome {
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly stdout: string;
  readonly error?: string;
}

/**
 * What holds for every process, however it is started. One way for each file: waiting for any child takes the exit
 * codes of the other way's children.
 * @returns how a task is run, for more
 */
export function testSpawn(
  loadCalls: () => Promise<Native | undefined>,
): (task: Record<string, unknown>) => Promise<Outcome> {
  let folder: string;
  let spawner: Spawner;

  beforeAll(async () => {
    folder = await mkdtemp(`${tmpdir()}/longshore-spawn-`);
    const native = await loadCalls();
    const reaper = new Reaper(native, new Marker("/nowhere"));
    reaper.start();
    spawner = new Spawner(native, reaper);
  });

  afterAll(() => rm(folder, { recursive: true }));

  function run(task: Record<string, unknown>): Promise<Outcome> {
    const parsed = parseTasksFile(JSON.stringify({ tasks: { one: task } }), "tasks.yaml");
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const settings = parsed.value.tasks.one;
    const [spec] = settings === undefined ? [] : resolveTask("one", settings, () => ({}), process.env).specs;
    if (spec === undefined) throw new Error("no instance");
    return new Promise((resolve) => {
      let stdout = "";
      let exit: Pick<Outcome, "code" | "signal"> | undefined;
      let isRead = false;
      const finish = (): void => {
        if (exit !== undefined && isRead) resolve({ ...exit, stdout });
      };
      spawner.spawn({
        spec,
        argv: spec.argv,
        mark: "test",
        stdout: {
          onChunk: (chunk) => {
            stdout += chunk;
          },
          onEnd: () => {
            isRead = true;
            finish();
          },
        },
        stderr: "stdout",
        onExit: (how) => {
          exit = how;
          finish();
        },
        onError: (error) => resolve({ stdout, error }),
      });
    });
  }

  it.each([
    ["an exit code", { command: ["sh", "-c", "exit 3"] }, { code: 3, signal: null }],
    ["a signal", { command: ["sh", "-c", "kill -USR1 $$$$"] }, { code: null, signal: "SIGUSR1" }],
    ["output", { command: ["echo", "a b", ""] }, { code: 0, stdout: "a b \n" }],
    ["a folder", { command: ["pwd"], working_dir: "/usr" }, { stdout: "/usr\n" }],
    [
      "the user's home folder",
      { command: ["pwd"], working_dir: "~/bin", environment: { HOME: "/usr" } },
      { stdout: "/usr/bin\n" },
    ],
    ["a path that starts at that folder", { command: ["bin/env", "true"], working_dir: "/usr" }, { code: 0 }],
    ["its own PATH", { command: ["env"], environment: { PATH: "/nowhere:/usr/bin" } }, { code: 0 }],
    [
      "a PATH without it",
      { command: ["env"], environment: { PATH: "/nowhere" } },
      { error: expect.stringMatching(/^cannot run env: no such program/) },
    ],
    [
      "a missing program",
      { command: ["/no/such"] },
      { error: expect.stringMatching(/^cannot run \/no\/such: no such program/) },
    ],
    [
      "a missing folder",
      { command: ["pwd"], working_dir: "~/such", environment: { HOME: "/no" } },
      { error: expect.stringMatching(/^cannot run pwd: /) },
    ],
    [
      "a file that is no program",
      { command: ["/etc/passwd"] },
      { error: "cannot run /etc/passwd: it is not executable; try chmod +x /etc/passwd" },
    ],
    ["a folder", { command: ["/etc"] }, { error: "cannot run /etc: it is a folder" }],
    [
      "a missing program of another user",
      { command: ["/no/such"], user: "nobody" },
      { error: "cannot run /no/such: no such program" },
    ],
    ["a mask", { command: ["sh", "-c", "umask"], umask: "027" }, { stdout: "0027\n" }],
    [
      "a variable with a line break",
      { command: ["sh", "-c", 'printf %s "$A"'], environment: { A: "1\n2" } },
      { stdout: "1\n2" },
    ],
    [
      "an unknown user",
      { command: ["true"], user: "nobody-here" },
      { error: "cannot run as nobody-here: no user nobody-here" },
    ],
    [
      "a session of its own",
      { command: ["sh", "-c", 'set -- $(cat /proc/$$$$/stat); test "$5" = $$$$ && test "$6" = $$$$'] },
      { code: 0 },
    ],
    [
      "a user, whatever its PATH",
      { command: ["/usr/bin/id", "-un"], user: "nobody", environment: { PATH: "/nowhere" }, nice: 1 },
      { stdout: "nobody\n" },
    ],
    [
      "the surroundings of a user that has no entry",
      { command: ["sh", "-c", "echo $HOME $USER $LOGNAME $SHELL"], user: "12345" },
      { stdout: "/ 12345 12345 /bin/sh\n" },
    ],
    [
      "the surroundings of a user that nobody logs in as",
      { command: ["sh", "-c", "echo $HOME $USER $LOGNAME $SHELL"], user: "nobody" },
      { stdout: "/nonexistent nobody nobody /bin/sh\n" },
    ],
    [
      "no new privileges",
      { command: ["grep", "NoNewPrivs", "/proc/self/status"], user: "nobody", no_new_privs: true },
      { stdout: "NoNewPrivs:\t1\n" },
    ],
    [
      "its capabilities and no others, as another user",
      {
        command: ["grep", "-E", "Cap(Prm|Eff|Bnd|Amb)", "/proc/self/status"],
        user: "nobody",
        capabilities: ["NET_BIND_SERVICE"],
      },
      { stdout: ["Prm", "Eff", "Bnd", "Amb"].map((set) => `Cap${set}:\t0000000000000400\n`).join("") },
    ],
    [
      "no capabilities to root",
      { command: ["grep", "-E", "Cap(Prm|Bnd)", "/proc/self/status"], capabilities: [] },
      { stdout: ["Prm", "Bnd"].map((set) => `Cap${set}:\t0000000000000000\n`).join("") },
    ],
    ["stdin at its end", { command: ["cat"] }, { code: 0, stdout: "" }],
  ])("gives %s", async (_, task, expected) => {
    expect(await run(task)).toMatchObject(expected);
  });

  it("gives what it inherits and its own variables, each once", async () => {
    const { stdout } = await run({ command: ["env"], environment: { HOME: "/of its own" } });
    const lines = stdout.split("\n").filter((line) => /^(HOME|LANG|PATH)=/.test(line));
    const inherited = ["LANG", "PATH"].flatMap((name) =>
      process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
    );
    expect(lines.sort()).toEqual(["HOME=/of its own", ...inherited].sort());
  });

  it("keeps a task's mask from this process, and from what is started next", async () => {
    const [own, other] = [await run({ command: ["sh", "-c", "umask"] }), 0o077];
    await run({ command: ["true"], umask: "077" });
    await run({ command: ["/no/such"], umask: "077" });
    expect(process.umask()).not.toBe(other);
    expect(await run({ command: ["sh", "-c", "umask"] })).toEqual(own);
  });

  it("passes over a file in PATH that is no program", async () => {
    await writeFile(`${folder}/env`, "");
    const environment = { PATH: `${folder}:/usr/bin` };
    expect(await run({ command: ["env", "true"], environment })).toMatchObject({ code: 0 });
  });

  it("leaves no signal ignored or blocked, though Node ignores SIGPIPE", async () => {
    const { stdout } = await run({ command: ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"] });
    expect(stdout.match(/[0-9a-f]{16}/g)?.map((mask) => BigInt(`0x${mask}`) & 0x7fffffffn)).toEqual([0n, 0n]);
  });

  it("runs a script without #! by the shell", async () => {
    await writeFile(`${folder}/script`, 'echo "$0" "$1"\n');
    await chmod(`${folder}/script`, 0o755);
    expect(await run({ command: [`${folder}/script`, "x y"] })).toMatchObject({
      code: 0,
      stdout: `${folder}/script x y\n`,
    });
  });
  return run;
}
