import type { Readiness } from "../../config/task/readiness.ts";
import type { StreamHandler } from "../output/stream-reader.ts";
import { WholeLines } from "../output/whole-lines.ts";

const newline = 0x0a;

/** Reads a stream as `handler` does, and also reports the first line that matches a readiness's pattern. */
export function watchForLine(
  readiness: Readiness | undefined,
  handler: StreamHandler | undefined,
  onReady: () => void,
  onFault: (message: string) => void,
): StreamHandler | undefined {
  if (readiness?.log === undefined) return handler;
  const { log } = readiness;
  // Made with the first output and dropped with the last need of it: it takes a megabyte.
  let matches: ((text: string) => boolean) | undefined;
  const lines = new WholeLines();
  let isReady = false;
  return {
    onChunk: (chunk) => {
      handler?.onChunk(chunk);
      if (isReady) return;
      matches ??= makeMatcher(log, onFault);
      isReady = lines.push(chunk).some((block) => matches?.(block.toString("utf8")));
      if (!isReady) return;
      matches = undefined;
      onReady();
    },
    onEnd: () => handler?.onEnd(),
  };
}

/** How long all of a process's lines may take to be matched (ms): some patterns take years for one of them. */
const patience = 200;

/** Matches lines with a pattern until that has taken too long; then nothing matches any more. */
export function makeMatcher(source: string, onFault: (message: string) => void): (text: string) => boolean {
  const { createContext, Script } = process.getBuiltinModule("node:vm");
  const context = createContext({ pattern: new RegExp(source, "mu"), text: "" });
  const script = new Script("pattern.test(text)");
  let left = patience;
  return (text) => {
    if (left <= 0) return false;
    const started = performance.now();
    context.text = text;
    try {
      return script.runInContext(context, { timeout: Math.ceil(left) });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      left = 0;
      onFault(`readiness.log is given up: ${source} takes longer than ${patience} ms for its lines`);
      return false;
    } finally {
      // A short line costs what it costs to ask; only a slow one counts.
      const taken = performance.now() - started;
      if (taken > 10) left -= taken;
    }
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
