import type { Readiness } from "../config/readiness.ts";
import type { StreamHandler } from "./stream-reader.ts";
import { WholeLines } from "./whole-lines.ts";

const newline = 0x0a;

/** Reads a stream as `handler` does, and besides reports the first line that matches a readiness's pattern. */
export function watchForLine(
  readiness: Readiness | undefined,
  handler: StreamHandler | undefined,
  onReady: () => void,
): StreamHandler | undefined {
  if (readiness?.log === undefined) return handler;
  const pattern = new RegExp(readiness.log, "mu");
  const lines = new WholeLines();
  let isReady = false;
  return {
    onChunk: (chunk) => {
      handler?.onChunk(chunk);
      if (isReady) return;
      isReady = lines.push(chunk).some((block) => pattern.test(block.toString("utf8")));
      if (isReady) onReady();
    },
    onEnd: () => handler?.onEnd(),
  };
}

/** Waits for a newline on the descriptor that a readiness names (https://skarnet.org/software/s6/notifywhenup.html). */
export function watchForNotification(readiness: Readiness | undefined, onReady: () => void) {
  if (readiness?.fd === undefined) return undefined;
  const onChunk = (chunk: Buffer): void => {
    if (chunk.includes(newline)) onReady();
  };
  return { fd: readiness.fd, handler: { onChunk, onEnd: () => {} } };
}
