import type * as z from "zod";
import { UserError } from "../../shared/user-error.ts";
import type { PlanDiff } from "../core/plan-diff.ts";
import type { ActionResponse, ReloadResponse, RunRequest, RunResponse } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import { cancelJob } from "./cancel-job.ts";
import { unknownWord } from "./check-request.ts";
import { describeInstance, describeSupervisor } from "./describe.ts";
import { describeHealth } from "./describe-health.ts";
import type { ControlAnswer, Handler } from "./handler.ts";
import { listHistory, listJobs, listNext, readLogOfRun, runJob } from "./job-routes.ts";
import { streamLogs } from "./log-stream.ts";
import { batchOfOne, readFollow, readLineCount, streamNdjson } from "./ndjson.ts";
import { restartTasks, runTask, selectEntries, signalTasks, startTasks, stopTasks } from "./operations.ts";
import { reloadTasks } from "./reload-tasks.ts";
import type { Running } from "./running.ts";

/** Every route of the control API: method and path. */
export const routes: Readonly<Record<string, Handler>> = {
  "GET /v1/tasks": (target, { query }) =>
    ok(describeSupervisor(target, target.version, selectEntries(target.supervisor, query.getAll("name")))),
  "GET /health": (target) => {
    const { report } = describeHealth(target);
    return { status: report.status === "ok" ? 200 : 503, body: report };
  },
  "GET /ready": (target) => {
    const { report, isReady } = describeHealth(target);
    return { status: isReady ? 200 : 503, body: report };
  },
  "POST /v1/start": async (target, { body }) =>
    instances(target, await startTasks(target.supervisor, await read("ActionRequest", body))),
  "POST /v1/stop": async (target, { body }) =>
    instances(target, await stopTasks(target.supervisor, await read("ActionRequest", body))),
  "POST /v1/restart": async (target, { body }) =>
    instances(target, await restartTasks(target.supervisor, await read("RestartRequest", body))),
  "POST /v1/signal": async (target, { body }) =>
    instances(target, signalTasks(target.supervisor, await read("SignalRequest", body))),
  "POST /v1/run": async (target, { body }) => ok(await runNow(target, await read("RunRequest", body))),
  "POST /v1/cancel": async (target, { body }) =>
    ok(await cancelJob(target, await read("CancelRequest", body))),
  "GET /v1/jobs": (target) => ok(listJobs(target)),
  "GET /v1/jobs/history": ({ jobs }, { query }) => ok(listHistory(jobs, query)),
  "GET /v1/jobs/next": ({ jobs }, { query }) => ok(listNext(jobs, query)),
  "GET /v1/jobs/log": async ({ jobs }, { query }) => ok(await readLogOfRun(jobs, query)),
  "POST /v1/reload": async (target, { body }) => {
    const { names, dry_run: dryRun, rolling } = await read("ReloadRequest", body);
    if (names === undefined) return ok(describeDiff(await target.reload({ dryRun, rolling })));
    if (dryRun || rolling)
      throw new UserError("bad_request", "dry_run and rolling are for tasks.yaml: give them without names");
    return instances(target, await reloadTasks(target.supervisor, names));
  },
  "POST /v1/shutdown": async (target, { body }) => {
    await read("ShutdownRequest", body);
    target.shutdown();
    return { status: 202, body: {} };
  },
  "GET /v1/events": ({ events }, { query }) =>
    streamNdjson({
      past: events.last(readLineCount(query, 100)),
      follow: readFollow(query) ? (take) => events.follow((event) => take(batchOfOne(event))) : undefined,
    }),
  "GET /v1/openapi.json": async ({ version }) => {
    const { openApiDocument } = await import("../protocol/openapi.ts");
    return ok(openApiDocument(version));
  },
  "GET /metrics": async (target) => {
    const { renderMetrics } = await import("./metrics.ts");
    return {
      text: await renderMetrics(target, target.version),
      type: "text/plain; version=0.0.4; charset=utf-8",
    };
  },
  "GET /v1/logs": ({ supervisor }, { query }) => streamLogs(supervisor, query),
};

async function runNow(running: Running, request: RunRequest): Promise<RunResponse> {
  const { supervisor, jobs } = running;
  const [entry, ...more] = selectEntries(supervisor, [request.name]);
  const isJob = entry?.spec.settings.kind === "job" && more.length === 0;
  const run = isJob ? await runJob(jobs, { ...request, name: entry.spec.task }) : null;
  const acted = isJob ? entry : await runTask(supervisor, request);
  return { instances: [describeInstance(running, acted)], run };
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function instances(running: Running, entries: readonly Entry[]): ControlAnswer {
  return ok({
    instances: entries.map((entry) => describeInstance(running, entry)),
  } satisfies ActionResponse);
}

function describeDiff(diff: PlanDiff): ReloadResponse {
  return {
    added: diff.added.map((spec) => spec.name),
    removed: diff.removed.map((spec) => spec.name),
    changed: diff.changed.map((spec) => spec.name),
    adjusted: diff.adjusted.map((spec) => spec.name),
    unchanged: diff.unchanged.length,
  };
}

type Requests = typeof import("../protocol/request.ts");
type RequestName =
  | "ActionRequest"
  | "RestartRequest"
  | "SignalRequest"
  | "RunRequest"
  | "CancelRequest"
  | "ReloadRequest"
  | "ShutdownRequest";

/** Checks the body of a request. The schemas are loaded by the first one: they take more memory than all the rest. */
async function read<N extends RequestName>(name: N, body: unknown): Promise<z.output<Requests[N]>> {
  const requests = await import("../protocol/request.ts");
  const result = requests[name].safeParse(body);
  if (result.success) return result.data as z.output<Requests[N]>;
  const [first] = result.error.issues;
  if (first?.code === "unrecognized_keys")
    throw unknownWord("key of the body", first.keys[0] ?? "", Object.keys(requests[name].shape));
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new UserError("bad_request", `cannot read the request: ${problems.join("; ")}`);
}
