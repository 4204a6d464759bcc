import * as z from "zod";
import { SupervisorEvent } from "./event.ts";
import { HistoryResponse, JobsResponse, NextResponse } from "./job.ts";
import {
  ActionRequest,
  ActionResponse,
  CancelRequest,
  CancelResponse,
  ErrorResponse,
  HealthReport,
  LogRecord,
  ReloadRequest,
  ReloadResponse,
  RestartRequest,
  RunRequest,
  RunResponse,
  ShutdownRequest,
  SignalRequest,
} from "./request.ts";
import { routeParameters } from "./route-parameters.ts";
import { SupervisorStatus } from "./status.ts";

/** What a route takes and gives. */
interface RouteDescription {
  readonly summary: string;
  readonly request?: z.ZodType;
  readonly response: z.ZodType | "text/plain";
  /** the answer is a stream of these, one JSON object a line */
  readonly isStream?: boolean;
  readonly status?: number;
  /** it answers with 503, in the same shape, when not all is well */
  readonly mayFail?: boolean;
}

/** Every route of the control API, by method and path. */
export const routeDescriptions: Readonly<Record<string, RouteDescription>> = {
  "GET /v1/tasks": { summary: "The state of tasks", response: SupervisorStatus },
  "GET /ready": {
    summary: "200 unless services fail: what a container's healthcheck asks",
    response: HealthReport,
    mayFail: true,
  },
  "GET /health": { summary: "200 only if all is well, 503 otherwise", response: HealthReport, mayFail: true },
  "GET /metrics": { summary: "Metrics for Prometheus", response: "text/plain" },
  "GET /v1/logs": {
    summary: "The last lines that tasks wrote",
    response: LogRecord,
    isStream: true,
  },
  "GET /v1/events": {
    summary: "What has happened",
    response: SupervisorEvent,
    isStream: true,
  },
  "GET /v1/jobs": { summary: "All jobs", response: JobsResponse },
  "GET /v1/jobs/history": {
    summary: "The last runs of a job, the newest first",
    response: HistoryResponse,
  },
  "GET /v1/jobs/log": {
    summary: "What one run of a job wrote",
    response: z.string(),
  },
  "GET /v1/jobs/next": {
    summary: "The coming times of a job, or of all jobs",
    response: NextResponse,
  },
  "GET /v1/openapi.json": { summary: "This document", response: z.looseObject({}) },
  "POST /v1/start": { summary: "Start tasks", request: ActionRequest, response: ActionResponse },
  "POST /v1/stop": { summary: "Stop tasks", request: ActionRequest, response: ActionResponse },
  "POST /v1/restart": { summary: "Restart tasks", request: RestartRequest, response: ActionResponse },
  "POST /v1/signal": { summary: "Send a signal", request: SignalRequest, response: ActionResponse },
  "POST /v1/run": { summary: "Run a job or oneshot now", request: RunRequest, response: RunResponse },
  "POST /v1/cancel": {
    summary: "End the present run of a job; the job runs again at its next time",
    request: CancelRequest,
    response: CancelResponse,
  },
  "POST /v1/reload": {
    summary: "Read tasks.yaml again, or have tasks reload",
    request: ReloadRequest,
    response: z.union([ReloadResponse, ActionResponse]),
  },
  "POST /v1/shutdown": {
    summary: "Stop everything and end",
    request: ShutdownRequest,
    response: z.object({}),
    status: 202,
  },
};

/** The OpenAPI 3.1 description of the control API. */
export function openApiDocument(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [route, description] of Object.entries(routeDescriptions)) {
    const [method = "", path = ""] = route.split(" ");
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: describeOperation(description, routeParameters[route]),
    };
  }
  return { openapi: "3.1.0", info: { title: "Control API of longshored", version }, paths };
}

function describeOperation(
  { summary, request, response, isStream, status, mayFail }: RouteDescription,
  query: Readonly<Record<string, string>> | undefined,
): object {
  const type = response === "text/plain" ? response : isStream ? "application/x-ndjson" : "application/json";
  const schema = response === "text/plain" ? { type: "string" } : toSchema(response, "output");
  return {
    summary,
    ...(query === undefined ? {} : { parameters: Object.entries(query).map(describeParameter) }),
    ...(request === undefined ? {} : { requestBody: { content: json(toSchema(request, "input")) } }),
    responses: {
      [status ?? 200]: { description: summary, content: { [type]: { schema } } },
      ...(mayFail ? { 503: { description: "Something is wrong", content: { [type]: { schema } } } } : {}),
      default: { description: "What went wrong", content: json(toSchema(ErrorResponse, "output")) },
    },
  };
}

function describeParameter([name, description]: [string, string]): object {
  const text = { type: "string" };
  return { name, in: "query", description, schema: name === "name" ? { type: "array", items: text } : text };
}

function json(schema: object): object {
  return { "application/json": { schema } };
}

function toSchema(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
