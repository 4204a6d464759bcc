import { UserError } from "../../shared/user-error.ts";
import type { LogRecord } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import type { LogBlock, LogLine } from "../runtime/output/tail-buffer.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import type { ControlAnswer } from "./handler.ts";
import { batchOf } from "./log-batch.ts";
import { isNamed } from "./match.ts";
import { type Batch, type NdjsonSource, readFollow, readLineCount, streamNdjson, toLines } from "./ndjson.ts";
import { selectEntries } from "./operations.ts";

/**
 * The last lines of the tasks named by `name` (repeated; all by default), oldest first; `lines` says how many of each
 * (100 by default), `since` (ISO 8601) from when on, and `follow=true` keeps the stream open, also for those of these names
 * that a reload adds.
 */
export function streamLogs(supervisor: Supervisor, query: URLSearchParams): ControlAnswer {
  const count = readLineCount(query, 100);
  const since = readSince(query);
  const names = query.getAll("name");
  const entries = selectEntries(supervisor, names);
  const past = entries
    .flatMap((entry) => entry.capture.tail.read(count).map((line) => ({ entry, line })))
    .filter(({ line }) => line.at >= since)
    .sort((a, b) => a.line.at - b.line.at)
    .map(({ entry, line }) => toRecord(entry, line));
  const follow: NdjsonSource["follow"] = (take) => {
    const stops: (() => void)[] = [];
    const attach = (entry: Entry): void => {
      const hear = (block: LogBlock): void => take(shareBatch(entry, block));
      stops.push(entry.capture.follow(hear));
    };
    for (const entry of entries) attach(entry);
    // What a reload adds, or brings back.
    const stopListening = supervisor.entries.onAdd((entry) => {
      if (isNamed(entry, [...supervisor.entries.all], names)) attach(entry);
    });
    return () => {
      for (const stop of [...stops, stopListening]) stop();
    };
  };
  return streamNdjson({ past, follow: readFollow(query) ? follow : undefined, describeGap });
}

let shared: { readonly block: LogBlock; readonly batch: Batch } | undefined;

/** A block for all who follow: they take it one after the other. */
function shareBatch(entry: Entry, block: LogBlock): Batch {
  if (shared?.block === block) return shared.batch;
  const batch = batchOf(block, (lines) => toLines(lines.map((line) => toRecord(entry, line))));
  shared = { block, batch };
  setImmediate(() => {
    shared = undefined;
  });
  return batch;
}

/** A line of longshored's own between those of the tasks. */
function describeGap(missed: number): LogRecord {
  const line = `${missed} lines are left out here: they came faster than they were read`;
  return { time: new Date().toISOString(), name: "longshored", stream: "stderr", line };
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
