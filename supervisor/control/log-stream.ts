import { UserError } from "../config/user-error.ts";
import type { LogRecord } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { type LogBlock, type LogLine, linesOf } from "../runtime/tail-buffer.ts";
import { selectEntries } from "./operations.ts";
import type { ControlAnswer } from "./routes.ts";

/** A reader that lags behind by more than this many bytes is cut off: it must not cost the supervisor its memory. */
const patience = 4_194_304;

/**
 * The last lines of the tasks named by `name` (repeated; all by default) as newline-delimited JSON, oldest first;
 * `lines` says how many of each (100 by default), `follow` keeps the stream open.
 */
export function streamLogs(supervisor: Supervisor, query: URLSearchParams): ControlAnswer {
  const count = Number(query.get("lines") ?? 100);
  if (!Number.isInteger(count) || count < 0) {
    throw new UserError("bad_request", `lines=${query.get("lines")} is not a number of lines`);
  }
  const follow = query.get("follow") === "true";
  const entries = selectEntries(supervisor, query.getAll("name"));
  const past = entries
    .flatMap((entry) => entry.capture.tail.read(count).map((line) => ({ entry, line })))
    .sort((a, b) => a.line.at - b.line.at);
  return {
    stream: (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(past.map(({ entry, line }) => format(entry, line)).join(""));
      if (!follow) {
        response.end();
        return;
      }
      response.flushHeaders();
      const stops = entries.map((entry) =>
        entry.capture.follow((block: LogBlock) => {
          response.write(
            linesOf(block)
              .map((line) => format(entry, line))
              .join(""),
          );
          if (response.writableLength > patience) response.destroy();
        }),
      );
      response.on("close", () => {
        for (const stop of stops) stop();
      });
    },
  };
}

function format({ spec }: Entry, { at, stream, text }: LogLine): string {
  const record: LogRecord = { time: new Date(at).toISOString(), name: spec.name, stream, line: text };
  return `${JSON.stringify(record)}\n`;
}
