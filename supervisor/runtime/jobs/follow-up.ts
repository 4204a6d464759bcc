import { interpolate } from "../../../shared/interpolate.ts";
import type { InstanceSpec } from "../../config/instance-spec.ts";
import type { Argv } from "../../config/task/command.ts";
import type { JobAction } from "../../config/task/job-action.ts";
import type { RunEnd, RunStart } from "../../core/jobs/decision.ts";
import { describeRun } from "../../core/jobs/describe-run.ts";
import type { PastRun } from "../../core/jobs/job-record.ts";
import { isFailure } from "../../protocol/outcome.ts";
import { readInherited } from "../process/inherited.ts";
import { digestFiles } from "./file-digests.ts";
import { endVariables, runVariables } from "./job-variables.ts";
import { pingAddress, post } from "./ping.ts";

/** What actions are carried out through. */
export interface ActionPort {
  readonly log: (message: string) => void;
  /** @returns why it could not be done, or null */
  actOnTask(action: Extract<JobAction, { type: "task" | "signal" }>): Promise<string | null>;
  /** Runs a command as the job does, its output in the job's log. @returns what went wrong in words, or null */
  runCommand(spec: InstanceSpec, argv: Argv, variables: Record<string, string>): Promise<string | null>;
}

/** What was in the files of `if_changed` when the actions were last carried out, and where to note what is now. */
export interface FileMemory {
  readonly seen: Readonly<Record<string, string>> | null;
  remember(files: Record<string, string>): void;
}

/** The actions of a job, with its variables put into their words; what is not set is empty. */
export function listActions(spec: InstanceSpec, key: "on_success" | "on_failure"): JobAction[] {
  const fill = (text: string): string => expand(text, spec) ?? "";
  return spec.settings[key].map((action): JobAction => {
    switch (action.type) {
      case "if_changed":
        return { ...action, files: action.files.map(fill) };
      case "command": {
        const [program, ...args] = action.command;
        return { ...action, command: [fill(program), ...args.map(fill)] };
      }
      case "notify":
        return { ...action, url: fill(action.url) };
      default:
        return action;
    }
  });
}

/** The files that a job's actions look at. */
export function watchedFiles(actions: readonly JobAction[]): string[] {
  return actions.flatMap((action) => (action.type === "if_changed" ? [...action.files] : []));
}

/**
 * Carries out the actions that follow a run, one after another, and ends at the first that fails. The files of
 * `if_changed` count as seen once all actions have been carried out: what failed is tried again after the next run.
 */
export async function followUp(
  port: ActionPort,
  spec: InstanceSpec,
  actions: readonly JobAction[],
  run: PastRun,
  memory: FileMemory,
): Promise<void> {
  const files = await digestFiles(watchedFiles(actions), port.log);
  for (const action of actions) {
    if (action.type === "if_changed") {
      if (!action.files.some((file) => files[file] !== memory.seen?.[file])) break;
      continue;
    }
    const failure = await carryOut(port, spec, action, run);
    if (failure === null) continue;
    port.log(`${spec.name}: ${describeAction(action)} after run ${run.run} failed: ${failure}`);
    return;
  }
  if (Object.entries(files).some(([file, digest]) => memory.seen?.[file] !== digest)) memory.remember(files);
}

async function carryOut(
  port: ActionPort,
  spec: InstanceSpec,
  action: Exclude<JobAction, { type: "if_changed" }>,
  run: PastRun,
): Promise<string | null> {
  switch (action.type) {
    case "task":
    case "signal":
      return port.actOnTask(action);
    case "command": {
      const variables = { ...runVariables(spec.task, run), ...endVariables(run) };
      return port.runCommand(spec, action.command, variables);
    }
    case "notify": {
      if (!URL.canParse(action.url)) return "its address is none";
      return post(action.url, JSON.stringify(describeRun(spec.task, run)), "application/json");
    }
  }
}

function describeAction(action: Exclude<JobAction, { type: "if_changed" }>): string {
  switch (action.type) {
    case "task":
      return `${action.verb} ${action.task}`;
    case "signal":
      return `signal ${action.signal} to ${action.task}`;
    case "command":
      return action.command.join(" ");
    case "notify":
      return "the notification";
  }
}

/** Tells a healthchecks.io server that a run begins. */
export function pingStart(
  spec: InstanceSpec,
  run: RunStart["run"],
  rid: string,
  log: (message: string) => void,
): void {
  if (run.attempt === 1) void ping(spec, "start", rid, "", log);
}

/** Tells it how the run ended, with the end of its output. */
export function pingEnd(
  spec: InstanceSpec,
  end: RunEnd,
  rid: string,
  tail: string,
  log: (message: string) => void,
): void {
  const { outcome } = end.run;
  if (!end.isFinal || (outcome !== "succeeded" && !isFailure(outcome))) return;
  void ping(spec, outcome === "succeeded" ? "success" : "fail", rid, tail, log);
}

async function ping(
  spec: InstanceSpec,
  kind: "start" | "success" | "fail",
  rid: string,
  body: string,
  log: (message: string) => void,
): Promise<void> {
  const url = spec.settings.ping_url === undefined ? null : expand(spec.settings.ping_url, spec);
  if (url === null) return;
  const failure = URL.canParse(url)
    ? await post(pingAddress(url, kind, rid), body, "text/plain")
    : "it is no address";
  // The address is a secret to many people: whoever knows it may ping.
  if (failure !== null) log(`${spec.name}: cannot ping the address of ping_url (${failure})`);
}

/** An address with the task's variables put in; null when it is empty, which switches it off. */
function expand(text: string, spec: InstanceSpec): string | null {
  const result = interpolate(text, { ...readInherited(), TASK: spec.task, ...spec.environment });
  return result.ok && result.value !== "" ? result.value : null;
}
