import type { ServerResponse } from "node:http";
import { UserError } from "../../shared/user-error.ts";

/** A reader that lags behind by more than this many bytes gets no more for now: it must not cost the supervisor its memory. */
const patience = 1_048_576;

/** Records that came together. Their text is made only if somebody is there to take it. */
export interface Batch {
  readonly count: number;
  /** their lines, which several readers may share */
  lines(): Buffer;
}

/** What a stream of newline-delimited JSON consists of. */
export interface NdjsonSource {
  readonly past: readonly object[];
  /** Hands over what comes later, until the result is called; undefined where the stream ends with the past. */
  readonly follow: ((take: (batch: Batch) => void) => () => void) | undefined;
  /** What stands in place of so many records that a slow reader has missed; without it such a reader is cut off. */
  readonly describeGap?: (missed: number) => object;
}

/** An answer that writes such a stream. */
export function streamNdjson(source: NdjsonSource): { stream: (response: ServerResponse) => void } {
  return {
    stream: (response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(toLines(source.past));
      const { follow, describeGap } = source;
      if (follow === undefined) {
        response.end();
        return;
      }
      response.flushHeaders();
      let missed = 0;
      const stop = follow((batch) => {
        if (missed === 0 && response.writableLength <= patience) response.write(batch.lines());
        else if (describeGap === undefined) response.destroy();
        else missed += batch.count;
      });
      response.on("drain", () => {
        if (missed > 0 && describeGap !== undefined) response.write(toLines([describeGap(missed)]));
        missed = 0;
      });
      response.on("close", stop);
    },
  };
}

/** Whether a request asks for what comes later, with `follow=true`. */
export function readFollow(query: URLSearchParams): boolean {
  const text = query.get("follow") ?? "false";
  if (text === "true" || text === "false") return text === "true";
  throw new UserError("bad_request", `follow=${text} is neither true nor false`);
}

/** The number of past lines that a request asks for with `lines`. */
export function readLineCount(query: URLSearchParams, byDefault: number): number {
  const count = Number(query.get("lines") ?? byDefault);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UserError("bad_request", `lines=${query.get("lines")} is not a number of lines`);
}

/** Each record as a line of JSON. */
export function toLines(records: readonly object[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}
