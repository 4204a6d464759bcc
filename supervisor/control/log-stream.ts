import { UserError } from "../config/user-error.ts";
import type { LogRecord } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { type LogLine, linesOf } from "../runtime/tail-buffer.ts";
import { readLineCount, streamNdjson } from "./ndjson.ts";
import { selectEntries } from "./operations.ts";
import type { ControlAnswer } from "./routes.ts";

/**
 * The last lines of the tasks named by `name` (repeated; all by default), oldest first; `lines` says how many of each
 * (100 by default), `since` (ISO 8601) from when on, and `follow=true` keeps the stream open.
 */
export function streamLogs(supervisor: Supervisor, query: URLSearchParams): ControlAnswer {
  const count = readLineCount(query, 100);
  const since = readSince(query);
  const entries = selectEntries(supervisor, query.getAll("name"));
  const past = entries
    .flatMap((entry) => entry.capture.tail.read(count).map((line) => ({ entry, line })))
    .filter(({ line }) => line.at >= since)
    .sort((a, b) => a.line.at - b.line.at)
    .map(({ entry, line }) => toRecord(entry, line));
  const follow = (take: (records: readonly LogRecord[]) => void): (() => void) => {
    const stops = entries.map((entry) =>
      entry.capture.follow((block) => take(linesOf(block).map((line) => toRecord(entry, line)))),
    );
    return () => {
      for (const stop of stops) stop();
    };
  };
  return streamNdjson({ past, follow: query.get("follow") === "true" ? follow : undefined });
}

function readSince(query: URLSearchParams): number {
  const text = query.get("since");
  const time = text === null ? Number.NEGATIVE_INFINITY : Date.parse(text);
  if (Number.isNaN(time))
    throw new UserError("bad_request", `since=${text} is not a time; write it in ISO 8601`);
  return time;
}

function toRecord({ spec }: Entry, { at, stream, text }: LogLine): LogRecord {
  return { time: new Date(at).toISOString(), name: spec.name, stream, line: text };
}
