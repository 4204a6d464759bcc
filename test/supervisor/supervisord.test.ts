import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

const run = promisify(execFile);
const isInstalled = spawnSync("supervisord", ["--version"]).status === 0;

/** A program, and what both supervisors are to make of it. */
interface Scenario {
  readonly script: string;
  /** settings in supervisord's words, which both read */
  readonly settings: Readonly<Record<string, string>>;
  readonly stop?: boolean;
  /** the state in our words, and how often the program was started; where they differ on purpose, both, and why */
  readonly expected: Outcome;
  readonly supervisord?: Outcome;
  readonly why?: string;
}

interface Outcome {
  readonly state: string;
  readonly starts: number;
  readonly grandchildLives?: boolean;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  ends_as_expected: {
    script: "exit 2",
    settings: { autorestart: "unexpected", exitcodes: "2", startsecs: "0" },
    expected: { state: "exited", starts: 1 },
  },
  ends_and_is_not_restarted: {
    script: "exit 1",
    settings: { autorestart: "false", startsecs: "0" },
    expected: { state: "exited", starts: 1 },
  },
  cannot_start: {
    script: "exit 1",
    settings: { autorestart: "unexpected", startretries: "1", startsecs: "1" },
    expected: { state: "fatal", starts: 2 },
  },
  runs: {
    script: "exec sleep 1000",
    settings: { autorestart: "true" },
    expected: { state: "running", starts: 1 },
  },
  crashes_once: {
    script: "test $(wc -l < $STARTS) -gt 1 && exec sleep 1000; sleep 1.2; exit 1",
    settings: { autorestart: "unexpected" },
    expected: { state: "running", starts: 2 },
  },
  ignores_the_stop: {
    script: "trap '' TERM; while :; do sleep 0.1; done",
    settings: { autorestart: "true", stopwaitsecs: "1" },
    stop: true,
    expected: { state: "stopped", starts: 1 },
  },
  succeeds_within_the_start_period: {
    script: "exit 0",
    settings: { autorestart: "unexpected", exitcodes: "0", startsecs: "1", startretries: "1" },
    expected: { state: "exited", starts: 1 },
    supervisord: { state: "fatal", starts: 2 },
    why: "a program that has done its work has not failed to start",
  },
  leaves_a_grandchild: {
    script: "(trap '' TERM; echo $$ > /dev/null; exec sleep 1000) & echo $! > $GRANDCHILD; exec sleep 1000",
    settings: { autorestart: "true", stopwaitsecs: "1" },
    stop: true,
    expected: { state: "stopped", starts: 1, grandchildLives: false },
    supervisord: { state: "stopped", starts: 1, grandchildLives: true },
    why: "a stop is complete when nothing of the task is left",
  },
};

describe.skipIf(!isInstalled)("side by side with supervisord", () => {
  const outcomes = new Map<string, { ours: Outcome; theirs: Outcome }>();

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "supervisord-"));
    const config = writeConfig(folder, "theirs");
    const supervisord = spawn("supervisord", ["-n", "-c", config], { stdio: "ignore" });
    const ours = mkdtempSync(join(tmpdir(), "ours-"));
    const converted = await convert(writeConfig(ours, "ours"));
    const daemon = new Daemon(converted);
    const names = Object.keys(scenarios);
    await Promise.all([
      settle(
        async () => theirStates(config),
        (name) => wantedBefore(name, true),
      ),
      settle(
        async () => ourStates(daemon),
        (name) => wantedBefore(name, false),
      ),
    ]);
    const stops = names.filter((name) => scenarios[name]?.stop);
    await Promise.all([run("supervisorctl", ["-c", config, "stop", ...stops]), daemon.ctl("stop", ...stops)]);
    const [theirEnd, ourEnd] = [await theirStates(config), await ourStates(daemon)];
    for (const name of names) {
      outcomes.set(name, { ours: outcomeOf(ours, name, ourEnd), theirs: outcomeOf(folder, name, theirEnd) });
    }
    await run("supervisorctl", ["-c", config, "shutdown"]);
    await new Promise((resolve) => supervisord.on("close", resolve));
    for (const place of [folder, ours]) {
      killGrandchild(place);
      rmSync(place, { recursive: true });
    }
  }, 60_000);

  afterAll(() => {
    for (const [name, { why, supervisord }] of Object.entries(scenarios)) {
      if (supervisord !== undefined) console.log(`supervisord differs on purpose in ${name}: ${why}`);
    }
  });

  it.each(Object.entries(scenarios))("%s", (name, { expected, supervisord }) => {
    expect(outcomes.get(name)).toEqual({ ours: expected, theirs: supervisord ?? expected });
  });
});

/** The state in which a scenario comes to rest before anything is stopped. */
function wantedBefore(name: string, theirs: boolean): string {
  const { expected, supervisord, stop } = scenarios[name] as Scenario;
  if (stop) return "running";
  return theirs ? (supervisord ?? expected).state : expected.state;
}

/** One supervisord.conf for both: supervisord reads it, and longshored converts it. */
function writeConfig(folder: string, owner: string): string {
  const programs = Object.entries(scenarios).map(([name, { script, settings }]) => {
    const file = join(folder, `${name}.sh`);
    writeFileSync(
      file,
      `STARTS=${folder}/${name}.starts GRANDCHILD=${folder}/${name}.grandchild\necho >> $STARTS\n${script}\n`,
    );
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    return `[program:${name}]\ncommand=sh ${file}\n${lines.join("")}\n`;
  });
  const socket = join(folder, "supervisor.sock");
  const head = `[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n
[unix_http_server]\nfile=${socket}\n
[supervisorctl]\nserverurl=unix://${socket}\n
[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\n`;
  const config = join(folder, `${owner}.conf`);
  writeFileSync(config, head + programs.join(""));
  return config;
}

async function convert(config: string): Promise<string> {
  const { convertToTasksYaml } = await import("../../supervisor/config/convert.ts");
  const converted = convertToTasksYaml(readFileSync(config, "utf8"), config, "supervisord");
  if (!converted.ok) throw new Error(JSON.stringify(converted.problems));
  return converted.value;
}

type States = ReadonlyMap<string, string>;

/** supervisorctl exits with 3 when something is not running. */
async function theirStates(config: string): Promise<States> {
  const answer = await run("supervisorctl", ["-c", config, "status"]).catch(
    (error: { stdout: string }) => error,
  );
  const rows = answer.stdout.split("\n").map((line) => line.split(/\s+/));
  return new Map(rows.map(([name = "", state = ""]) => [name, state.toLowerCase()]));
}

async function ourStates(daemon: Daemon): Promise<States> {
  await daemon.waitFor(/ runs /);
  return new Map((await daemon.status()).map(({ name, state }) => [name, state]));
}

/** Waits until every scenario is where it belongs; those that never get there show in the outcomes. */
async function settle(look: () => Promise<States>, wanted: (name: string) => string): Promise<void> {
  const deadline = Date.now() + 25_000;
  while (Date.now() < deadline) {
    const states = await look();
    // the one that crashes once has to be up for the second time
    const names = Object.keys(scenarios).filter((name) => states.get(name) !== wanted(name));
    if (names.length === 0 && Date.now() > deadline - 20_000) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function outcomeOf(folder: string, name: string, states: States): Outcome {
  const starts = readFileSync(join(folder, `${name}.starts`), "utf8").length;
  const state = states.get(name) ?? "none";
  const file = join(folder, `${name}.grandchild`);
  return existsSync(file)
    ? { state, starts, grandchildLives: isRunning(Number(readFileSync(file, "utf8"))) }
    : { state, starts };
}

function killGrandchild(folder: string): void {
  const file = join(folder, "leaves_a_grandchild.grandchild");
  const pid = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (pid > 0 && isRunning(pid)) process.kill(pid, "SIGKILL");
}
