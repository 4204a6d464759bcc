import { parseDuration } from "../../shared/duration-text.ts";
import { makeVisible } from "../../shared/visible-text.ts";
import type { SupervisorEvent } from "../protocol/event.ts";
import type { ActionResponse, HealthReport, LogRecord, ReloadResponse } from "../protocol/request.ts";
import type { InstanceStatus, SupervisorStatus } from "../protocol/status.ts";
import type { ControlClient } from "./client.ts";
import { type Colors, renderStatusTable } from "./status-table.ts";

/** What a command of the client works with; each returns the exit code of the program. */
export interface CommandContext {
  readonly client: ControlClient;
  readonly colors: Colors;
  /** what it prints is seen by a person at once, and acted upon by a terminal */
  readonly isTerminal: boolean;
  print(text: string): void;
}

export type Action = "start" | "stop" | "restart";

/** What supervisorctl and systemctl exit with for a task that does not run. */
const notRunning = 3;

/**
 * Prints the state of all tasks, or of the named ones; as JSON an array of `InstanceStatus`, jobs included.
 * @returns 3 where a named one does not run: a job that waits for its next run does, and a oneshot that has done its work
 */
export async function showStatus(
  { client, colors, print }: CommandContext,
  names: readonly string[],
  options: { json?: boolean },
): Promise<number> {
  const instances = await listInstances(client, names);
  print(options.json ? JSON.stringify(instances, null, 2) : renderStatusTable(instances, colors));
  return names.length === 0 || instances.every(isOn) ? 0 : notRunning;
}

/**
 * Shows the state, and again after every change, until it is interrupted: in place of what stood there on a terminal, one
 * table after the other elsewhere; as JSON an array a line.
 */
export async function watchStatus(
  { client, colors, isTerminal, print }: CommandContext,
  names: readonly string[],
  options: { json?: boolean },
): Promise<number> {
  const show = async (): Promise<void> => {
    const instances = await listInstances(client, names);
    if (options.json) print(JSON.stringify(instances));
    else if (isTerminal) print(`\u001b[2J\u001b[H${renderStatusTable(instances, colors)}`);
    else print(`${renderStatusTable(instances, colors)}\n`);
  };
  // Asked for before the first look, so that no change falls between the two.
  const events = client.lines("/v1/events?follow=true&lines=0");
  for (let change = events.next(); ; change = events.next()) {
    // It may fail while the look below does, and that is what is told then.
    change.catch(() => {});
    await show();
    if ((await change).done) return 0;
  }
}

/** Starts, stops or restarts; 1 when one of the instances did not get there. */
export async function act(
  { client, print }: CommandContext,
  action: Action,
  names: readonly string[],
  options: { wait: boolean; rolling?: boolean },
): Promise<number> {
  const body = { names, wait: options.wait, ...(options.rolling ? { rolling: true } : {}) };
  const { instances } = await client.call<ActionResponse>("POST", `/v1/${action}`, body);
  for (const instance of instances) print(describe(instance, action));
  if (!options.wait) return 0;
  const goal = action === "stop" ? isDown : isUp;
  return instances.every(goal) ? 0 : 1;
}

export async function sendSignal(
  { client, print }: CommandContext,
  names: readonly string[],
  signal: string,
): Promise<number> {
  const { instances } = await client.call<ActionResponse>("POST", "/v1/signal", { names, signal });
  for (const instance of instances) print(describe(instance));
  return 0;
}

/** More lines than are remembered of a task. */
const allLines = "1000000";

/** Prints the last lines of tasks and, with `follow`, all further ones. */
export async function showLogs(
  { client, isTerminal, print }: CommandContext,
  names: readonly string[],
  options: { follow?: boolean; lines?: string; since?: string; timestamps?: boolean; json?: boolean },
): Promise<number> {
  const query = nameQuery(names);
  query.set("lines", options.lines ?? (options.since === undefined ? "100" : allLines));
  if (options.follow) query.set("follow", "true");
  if (options.since !== undefined) query.set("since", toTime(options.since));
  const known = names.length === 1 ? await listInstances(client, names) : [];
  const only = known.length === 1 ? known[0]?.name : undefined;
  for await (const record of client.lines(`/v1/logs?${query}`)) {
    const { name, line, time } = record as LogRecord;
    const prefix = `${options.timestamps ? `${time} ` : ""}${name === only ? "" : `${name} | `}`;
    const text = `${prefix}${isTerminal ? makeVisible(line) : line}`;
    print(options.json ? JSON.stringify(record) : text);
  }
  return 0;
}

/** Prints what has happened and, with `follow`, what happens. */
export async function showEvents(
  { client, print }: CommandContext,
  options: { follow?: boolean; lines: string; json?: boolean },
): Promise<number> {
  const query = new URLSearchParams({ lines: options.lines, follow: String(options.follow ?? false) });
  for await (const record of client.lines(`/v1/events?${query}`)) {
    const { time, event, name, pid, reason } = record as SupervisorEvent;
    const details = [pid === null ? undefined : `pid ${pid}`, reason ?? undefined].filter(Boolean).join(", ");
    const text = `${time} ${name ?? "longshored"} ${event}${details === "" ? "" : ` (${details})`}`;
    print(options.json ? JSON.stringify(record) : text);
  }
  return 0;
}

/** Applies tasks.yaml as it is now, or has tasks reload their own configuration. */
export async function reload(
  { client, print }: CommandContext,
  names: readonly string[],
  options: { dryRun?: boolean; rolling?: boolean; json?: boolean },
): Promise<number> {
  const body = {
    ...(options.dryRun ? { dry_run: true } : {}),
    ...(options.rolling ? { rolling: true } : {}),
  };
  if (names.length > 0) {
    const { instances } = await client.call<ActionResponse>("POST", "/v1/reload", { names, ...body });
    if (options.json) print(JSON.stringify(instances, null, 2));
    else for (const instance of instances) print(`${instance.name}: reloaded`);
    return 0;
  }
  const diff = await client.call<ReloadResponse>("POST", "/v1/reload", body);
  if (options.json) {
    print(JSON.stringify(diff, null, 2));
    return 0;
  }
  for (const kind of ["added", "removed", "changed", "adjusted"] as const) {
    if (diff[kind].length > 0) print(`${kind}: ${diff[kind].join(", ")}`);
  }
  print(`unchanged: ${diff.unchanged}`);
  return 0;
}

/** 0 only when all is well; prints what is not. */
export async function checkHealth(
  { client, print }: CommandContext,
  options: { json?: boolean },
): Promise<number> {
  const { status, body } = await client.send("GET", "/health");
  const report = body as HealthReport;
  if (options.json) print(JSON.stringify(report, null, 2));
  else for (const line of [report.status, ...report.problems]) print(line);
  return status === 200 ? 0 : 1;
}

export async function shutDown({ client, print }: CommandContext): Promise<number> {
  await client.call("POST", "/v1/shutdown");
  print("longshored is shutting down");
  return 0;
}

async function listInstances(
  client: ControlClient,
  names: readonly string[],
): Promise<readonly InstanceStatus[]> {
  const status = await client.call<SupervisorStatus>("GET", `/v1/tasks?${nameQuery(names)}`);
  return status.instances;
}

/** ISO 8601 of a time, or of how long ago it is. */
function toTime(text: string): string {
  const ago = parseDuration(text);
  return ago === undefined ? text : new Date(Date.now() - ago).toISOString();
}

function nameQuery(names: readonly string[]): URLSearchParams {
  return new URLSearchParams(names.map((name): [string, string] => ["name", name]));
}

function isDown({ state }: InstanceStatus): boolean {
  return state === "stopped";
}

/** A task that has done its work counts as well as a service that runs and a job that waits. */
function isUp({ state, kind, success }: InstanceStatus): boolean {
  if (state === "exited") return success === true;
  return state === "running" || (kind !== "service" && state === "waiting");
}

function describe({ name, kind, state, pid, reason }: InstanceStatus, action?: Action): string {
  const details = [pid === null ? undefined : `pid ${pid}`, reason ?? undefined].filter(
    (part) => part !== undefined,
  );
  const isOff = action === "stop" && kind === "job";
  if (isOff) details.push(`it will not run until: longshorectl start ${name}`);
  return details.length === 0 ? `${name}: ${state}` : `${name}: ${state} (${details.join(", ")})`;
}

/** Whether an instance is up, or has ended as it should. */
function isOn({ kind, state, success, pid }: InstanceStatus): boolean {
  if (kind === "job") return state === "waiting" || state === "running";
  if (kind === "oneshot" && success === true && pid === null) return state === "exited";
  return state === "running" || state === "starting";
}
