import { readFileSync, writeFileSync } from "node:fs";
import { isRunning } from "../daemon.ts";
import { arrived, reach, type Subject } from "./subject.ts";

export type Owner = "supervisord" | "longshored";

/** What a scenario showed: the states in their order, then anything else that was looked at. */
type Observed = readonly string[];

/** One program under both supervisors, and what is seen of it. */
export interface Scenario {
  readonly title: string;
  /** the body of a script for sh; `$F` is a folder that only this scenario of this supervisor uses */
  readonly script: string;
  /** keys of `[program:x]` */
  readonly keys?: Readonly<Record<string, string | number>>;
  /** what is done with it; the result is observed after the states */
  act(subject: Subject, name: string, folder: string): Promise<Observed | undefined>;
  /** what both show, or what each shows and why that is intended; the reason stands in docs/supervisord.md */
  readonly expected: Observed | (Readonly<Record<Owner, Observed>> & { readonly because: string });
}

const up = ["starting", "running"];
const sleeps = "exec sleep 1000";

/** Waits for states that come by themselves. */
function comesTo(state: string, times = 1): Scenario["act"] {
  return async (subject, name) => {
    await reach(subject, name, arrived(state, times));
    return undefined;
  };
}

const untilDown: Scenario["act"] = async (subject, name) => {
  await reach(subject, name, (states) => ["exited", "fatal"].includes(states.at(-1) ?? ""));
  return undefined;
};

/** By the names of their programs. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  stopped: {
    title: "is stopped and started again",
    script: sleeps,
    act: async (subject, name) => {
      await reach(subject, name, arrived("running"));
      await subject.stop(name);
      await subject.start(name);
      await reach(subject, name, arrived("running", 2));
      return undefined;
    },
    expected: [...up, "stopping", "stopped", ...up],
  },
  stubborn: {
    title: "ignores SIGTERM and is killed after stopwaitsecs",
    script: "trap '' TERM; while :; do sleep 0.1; done",
    keys: { stopwaitsecs: 1 },
    act: async (subject, name) => {
      await reach(subject, name, arrived("running"));
      const pid = await subject.pidOf(name);
      await subject.stop(name);
      return [isRunning(pid) ? "lives on" : "has ended"];
    },
    expected: [...up, "stopping", "stopped", "has ended"],
  },
  signalled: {
    title: "is stopped by its stopsignal",
    script:
      'trap "echo usr1 > $F/got; exit 0" USR1; trap "echo term > $F/got; exit 0" TERM; while :; do sleep 0.1; done',
    keys: { stopsignal: "USR1" },
    act: async (subject, name, folder) => {
      await reach(subject, name, arrived("running"));
      await subject.stop(name);
      return [readFileSync(`${folder}/got`, "utf8").trim()];
    },
    expected: [...up, "stopping", "stopped", "usr1"],
  },
  done: {
    title: "ends as expected with autorestart=unexpected",
    script: "sleep 2; exit 2",
    keys: { autorestart: "unexpected", exitcodes: "0,2" },
    act: async (subject, name) => {
      await reach(subject, name, arrived("exited"));
      return [String(await subject.exitCodeOf(name))];
    },
    expected: [...up, "exited", "2"],
  },
  defaults: {
    title: "ends with 0, and autorestart is not given",
    script: "sleep 2",
    act: comesTo("exited"),
    expected: [...up, "exited"],
  },
  once: {
    title: "fails after it has started, with autorestart=false",
    script: "sleep 2; exit 3",
    keys: { autorestart: "false" },
    act: async (subject, name) => {
      await reach(subject, name, arrived("exited"));
      return [String(await subject.exitCodeOf(name))];
    },
    expected: [...up, "exited", "3"],
  },
  manual: {
    title: "is started by hand with autostart=false",
    script: sleeps,
    keys: { autostart: "false" },
    act: async (subject, name) => {
      const before = subject.sequenceOf(name).length;
      await subject.start(name);
      await reach(subject, name, arrived("running"));
      return [`${before} states before`];
    },
    expected: [...up, "0 states before"],
  },
  crashing: {
    title: "is killed while it runs",
    script: sleeps,
    act: async (subject, name) => {
      await reach(subject, name, arrived("running"));
      process.kill(await subject.pidOf(name), "SIGKILL");
      await reach(subject, name, arrived("running", 2));
      return undefined;
    },
    expected: {
      supervisord: [...up, "exited", ...up],
      longshored: [...up, ...up],
      because: "A restart that is due at once is one step",
    },
  },
  again: {
    title: "ends again and again with autorestart=true",
    script: "echo >> $F/runs; test $(wc -l < $F/runs) -gt 2 || exec sleep 2; exec sleep 1000",
    keys: { autorestart: "true" },
    act: async (subject, name) => {
      await reach(subject, name, arrived("running", 3));
      await subject.stop(name);
      return undefined;
    },
    expected: {
      supervisord: [...up, "exited", ...up, "exited", ...up, "stopping", "stopped"],
      longshored: [...up, ...up, "backoff", ...up, "stopping", "stopped"],
      because: "A task that keeps ending soon after it has started waits longer and longer",
    },
  },
  failing: {
    title: "never starts, and is given up after startretries",
    script: "exit 1",
    keys: { startretries: 2, autorestart: "true" },
    act: comesTo("fatal"),
    expected: {
      supervisord: ["starting", "backoff", "starting", "backoff", "starting", "backoff", "fatal"],
      longshored: ["starting", "backoff", "starting", "backoff", "starting", "fatal"],
      because: "The last failed start is fatal at once",
    },
  },
  missing: {
    title: "cannot be run at all",
    script: "",
    keys: { command: "/no/such/program", startretries: 1, autorestart: "true" },
    act: comesTo("fatal"),
    expected: {
      supervisord: ["starting", "backoff", "starting", "backoff", "fatal"],
      longshored: ["backoff", "fatal"],
      because: "The last failed start is fatal at once",
    },
  },
  quick: {
    title: "ends before startsecs with autorestart=false",
    script: "exit 0",
    keys: { autorestart: "false", startretries: 1 },
    act: untilDown,
    expected: {
      supervisord: ["starting", "backoff", "starting", "backoff", "fatal"],
      longshored: ["starting", "exited"],
      because: "What must not be restarted is not retried either",
    },
  },
  finished: {
    title: "ends as expected before startsecs with autorestart=unexpected",
    script: "exit 0",
    keys: { autorestart: "unexpected", startretries: 1 },
    act: untilDown,
    expected: {
      supervisord: ["starting", "backoff", "starting", "backoff", "fatal"],
      longshored: ["starting", "exited"],
      because: "What must not be restarted is not retried either",
    },
  },
  revived: {
    title: "is started by hand after it was given up",
    script: "test -e $F/mended && exec sleep 1000; exit 1",
    keys: { startretries: 0, autorestart: "true" },
    act: async (subject, name, folder) => {
      await reach(subject, name, arrived("fatal"));
      writeFileSync(`${folder}/mended`, "");
      await subject.start(name);
      await reach(subject, name, arrived("running"));
      return undefined;
    },
    expected: {
      supervisord: ["starting", "backoff", "fatal", ...up],
      longshored: ["starting", "fatal", ...up],
      because: "The last failed start is fatal at once",
    },
  },
  restarted: {
    title: "is restarted by the client",
    script: sleeps,
    act: async (subject, name) => {
      await reach(subject, name, arrived("running"));
      await subject.restart(name);
      await reach(subject, name, arrived("running", 2));
      return undefined;
    },
    expected: {
      supervisord: [...up, "stopping", "stopped", ...up],
      longshored: [...up, "stopping", ...up],
      because: "A restart is one action",
    },
  },
  family: {
    title: "has a child when it is stopped",
    script: 'sleep 1000 & echo $! > $F/child; trap "exit 0" TERM; wait',
    act: async (subject, name, folder) => {
      await reach(subject, name, arrived("running"));
      await subject.stop(name);
      return [fateOf(folder)];
    },
    expected: {
      supervisord: [...up, "stopping", "stopped", "child left"],
      longshored: [...up, "stopping", "stopped", "child gone"],
      because: "Everything that a task started ends with it",
    },
  },
  orphaned: {
    title: "has a child when it crashes",
    script:
      "test -e $F/child || { sleep 1000 & echo $! > $F/child; sleep 2; kill -KILL $$; }; exec sleep 1000",
    keys: { autorestart: "true" },
    act: async (subject, name, folder) => {
      await reach(subject, name, arrived("running", 2));
      return [fateOf(folder)];
    },
    expected: {
      supervisord: [...up, "exited", ...up, "child left"],
      longshored: [...up, "stopping", ...up, "child gone"],
      because: "Everything that a task started ends with it",
    },
  },
};

function fateOf(folder: string): string {
  const pid = Number(readFileSync(`${folder}/child`, "utf8"));
  if (!isRunning(pid)) return "child gone";
  process.kill(pid, "SIGKILL");
  return "child left";
}
