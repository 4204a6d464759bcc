import { formatDuration } from "../../shared/duration-text.ts";
import { makeVisible } from "../../shared/visible-text.ts";
import { type SignalName, signalNumber } from "../config/task/signal-name.ts";
import type { HistoryResponse, JobReport, JobsResponse, NextResponse, RunReport } from "../protocol/job.ts";
import { isFailure } from "../protocol/outcome.ts";
import type { CancelResponse, RunResponse } from "../protocol/request.ts";
import type { CommandContext } from "./commands.ts";
import { renderTable } from "./plain-table.ts";
import type { Colors } from "./status-table.ts";

/** What `timeout` of coreutils exits with, and a shell for a signal. */
const timedOut = 124;
const signalBase = 128;
/** A run that has no exit code of its own: it was interrupted, or never began. */
const noExitCode = 75;

/** Prints every job: when it ran, how that went, when it runs next. */
export async function showJobs(
  { client, colors, print }: CommandContext,
  options: { json?: boolean },
): Promise<number> {
  const answer = await client.call<JobsResponse>("GET", "/v1/jobs");
  if (options.json) print(JSON.stringify(answer, null, 2));
  else {
    const columns = ["JOB", "STATE", "SCHEDULE", "NEXT-RUN", "LAST-RUN", "OUTCOME", ""];
    print(
      renderTable(
        columns,
        answer.jobs.map((job) => jobRow(job, colors)),
      ),
    );
  }
  return 0;
}

function jobRow(job: JobReport, colors: Colors): string[] {
  const last = job.last_run;
  return [
    job.job,
    job.overdue ? colors.red("overdue") : job.state,
    job.schedule.join(", ") + (job.timezone === null ? "" : ` (${job.timezone})`),
    showTime(job.next_run),
    showTime(last === null ? null : (last.started_at ?? last.due)),
    last === null ? "-" : showOutcome(last, colors),
    job.reason ?? last?.reason ?? "",
  ];
}

/** Prints the last runs of a job, the newest first. */
export async function showHistory(
  { client, colors, print }: CommandContext,
  job: string,
  options: { json?: boolean; lines: string },
): Promise<number> {
  const query = new URLSearchParams({ job, limit: options.lines });
  const answer = await client.call<HistoryResponse>("GET", `/v1/jobs/history?${query}`);
  if (options.json) print(JSON.stringify(answer, null, 2));
  else {
    const columns = ["RUN", "TRIGGER", "DUE", "STARTED", "DURATION", "OUTCOME", "EXIT", ""];
    print(
      renderTable(
        columns,
        answer.runs.map((run) => runRow(run, colors)),
      ),
    );
  }
  return 0;
}

function runRow(run: RunReport, colors: Colors): string[] {
  const times = run.count > 1 ? `${run.count} times, the last ${showTime(run.last_due)}` : "";
  const seconds = run.duration_seconds;
  return [
    String(run.run),
    run.attempt > 1 ? `${run.trigger} ${run.attempt - 1}` : run.trigger,
    showTime(run.due),
    showTime(run.started_at),
    seconds === null ? "-" : formatDuration(seconds < 10 ? seconds * 1_000 : Math.round(seconds) * 1_000),
    showOutcome(run, colors),
    run.exit_signal ?? (run.exit_code === null ? "-" : String(run.exit_code)),
    [times, run.reason ?? ""].filter((part) => part !== "").join("; "),
  ];
}

function showOutcome({ outcome }: RunReport, colors: Colors): string {
  const word = outcome.replace("_", " ");
  if (outcome === "succeeded") return colors.green(word);
  if (isFailure(outcome)) return colors.red(word);
  return outcome === "missed" ? colors.yellow(word) : word;
}

/** Prints the coming times of a job, or of all. */
export async function showNext(
  { client, print }: CommandContext,
  job: string | undefined,
  options: { json?: boolean; lines: string },
): Promise<number> {
  const query = new URLSearchParams({ count: options.lines, ...(job === undefined ? {} : { job }) });
  const answer = await client.call<NextResponse>("GET", `/v1/jobs/next?${query}`);
  print(options.json ? JSON.stringify(answer, null, 2) : renderDueTimes(answer, job === undefined));
  return 0;
}

/** One line a time: the instant in UTC, the local time, and the job where there are several. */
export function renderDueTimes({ times }: NextResponse, withName: boolean): string {
  return times
    .map(({ job, due, local, starts_at }) => {
      const begins = due === starts_at ? "" : `  begins ${starts_at}`;
      return `${due}  ${local}${withName ? `  ${job}` : ""}${begins}`;
    })
    .join("\n");
}

/** Prints what one run of a job wrote. */
export async function showRunLog(
  { client, isTerminal, print }: CommandContext,
  job: string,
  run: string,
): Promise<number> {
  const query = new URLSearchParams({ job, run });
  const text = await client.call<string>("GET", `/v1/jobs/log?${query}`);
  if (text === "") return 0;
  const lines = text.replace(/\n$/, "").split("\n");
  print((isTerminal ? lines.map(makeVisible) : lines).join("\n"));
  return 0;
}

/**
 * Runs a job or a oneshot now. With `wait` the result is its own exit code; 124 when it took longer than its `timeout`,
 * 128 and the signal's number when one ended it, 75 when it never began.
 */
export async function runJob(
  { client, print }: CommandContext,
  name: string,
  options: { wait?: boolean },
): Promise<number> {
  const wait = options.wait ?? false;
  const { instances, run } = await client.call<RunResponse>("POST", "/v1/run", { name, wait });
  if (run === null) {
    const [instance] = instances;
    if (instance !== undefined) print(`${instance.name}: ${instance.state}`);
    return wait ? (instance?.exit_code ?? signalBase) : 0;
  }
  const reason = run.reason === null ? "" : ` (${run.reason})`;
  print(`${run.job}: run ${run.run} ${run.outcome.replace("_", " ")}${reason}`);
  return wait ? exitCodeOf(run) : 0;
}

/** Ends the present run of a job. */
export async function cancelJob(
  { client, print }: CommandContext,
  name: string,
  { wait }: { wait: boolean },
): Promise<number> {
  const { runs, next_run: next } = await client.call<CancelResponse>("POST", "/v1/cancel", { name, wait });
  const goesOn = next === null ? "it is not due again" : `it runs next at ${next}`;
  for (const { run, outcome } of runs) {
    const end = wait ? outcome.replace("_", " ") : "is being cancelled";
    print(`${name}: run ${run} ${end}; ${goesOn}`);
  }
  return 0;
}

function exitCodeOf({ outcome, exit_code, exit_signal }: RunReport): number {
  if (outcome === "timed_out") return timedOut;
  if (exit_code !== null) return exit_code;
  if (exit_signal === null) return noExitCode;
  return signalBase + signalNumber(exit_signal as SignalName);
}

function showTime(time: string | null): string {
  return time === null ? "-" : time.slice(0, 19).replace("T", " ");
}
