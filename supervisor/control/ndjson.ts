import type { ServerResponse } from "node:http";
import { UserError } from "../../shared/user-error.ts";

/** A reader that lags behind by more than this many bytes gets no more for now: it must not cost the supervisor its memory. */
const patience = 1_048_576;

/** Some records. Their text is made only if somebody is there to take it, and several readers may share it. */
export interface Piece {
  readonly count: number;
  lines(): Buffer;
}

/** Records that came together, in pieces of which a reader takes as many as it has room for. */
export interface Batch {
  count(): number;
  pieces(): Iterable<Piece>;
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
        const left = missed === 0 ? writePieces(response, batch) : batch.count();
        if (left > 0 && describeGap === undefined) response.destroy();
        missed += left;
      });
      response.on("drain", () => {
        if (missed > 0 && describeGap !== undefined) response.write(toLines([describeGap(missed)]));
        missed = 0;
      });
      response.on("close", stop);
    },
  };
}

/** Writes as many pieces as the reader has room for. @returns how many records are left over */
function writePieces(response: ServerResponse, batch: Batch): number {
  let written = 0;
  for (const piece of batch.pieces()) {
    if (response.writableLength > patience) return batch.count() - written;
    response.write(piece.lines());
    written += piece.count;
  }
  return 0;
}

/** One record as a batch. */
export function batchOfOne(record: object): Batch {
  return { count: () => 1, pieces: () => [{ count: 1, lines: () => toLines([record]) }] };
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
