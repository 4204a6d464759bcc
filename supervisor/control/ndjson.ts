import type { ServerResponse } from "node:http";
import { UserError } from "../config/user-error.ts";

/** A reader that lags behind by more than this many bytes is cut off: it must not cost the supervisor its memory. */
const patience = 4_194_304;

/** What a stream of newline-delimited JSON consists of. */
export interface NdjsonSource {
  readonly past: readonly object[];
  /** Hands over what comes later, until the result is called; undefined where the stream ends with the past. */
  readonly follow: ((take: (records: readonly object[]) => void) => () => void) | undefined;
}

/** An answer that writes such a stream. */
export function streamNdjson(source: NdjsonSource): { stream: (response: ServerResponse) => void } {
  return {
    stream: (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(toLines(source.past));
      if (source.follow === undefined) {
        response.end();
        return;
      }
      response.flushHeaders();
      const stop = source.follow((records) => {
        response.write(toLines(records));
        if (response.writableLength > patience) response.destroy();
      });
      response.on("close", stop);
    },
  };
}

/** The number of past lines that a request asks for with `lines`. */
export function readLineCount(query: URLSearchParams, byDefault: number): number {
  const count = Number(query.get("lines") ?? byDefault);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError("bad_request", `lines=${query.get("lines")} is not a number of lines`);
}

function toLines(records: readonly object[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
