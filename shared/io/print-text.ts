import { fstatSync, writeSync } from "node:fs";
import { UserError } from "../user-error.ts";

/** How long to wait (ms) before a full pipe that does not block is tried again. */
const pause = 10;

/**
 * Writes a text to the standard output, all of it. Node's own stream takes a disk that fills up half-way for success.
 * A reader that has enough (head) is no failure.
 * @throws UserError where it cannot be written, as on a full disk
 */
export function printText(text: string, descriptor = 1): void {
  for (let rest: Buffer = Buffer.from(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN")
        throw new UserError("output", `cannot write the output (${code})`, { cause: error });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

/** Whether a descriptor is a file: what Node's own stream writes there may be cut off, and nothing of it waits for a reader. */
export function isFile(descriptor = 1): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    // closed: whoever writes there is told so
    return false;
  }
}
