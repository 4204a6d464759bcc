import { constants } from "node:fs";
import type { LibraryHandle } from "koffi";
import { SystemError } from "./process/system-error.ts";

/**
 * The first bytes of a file, at most so many, as text with a character for each byte. No writer of a fifo is waited for.
 * @throws an error with the `code` of the system's
 */
export type ReadText = (path: string, most?: number) => string;

const O_CLOEXEC = 0o2000000;
const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | O_CLOEXEC;

/**
 * Reads by the calls themselves, where hundreds of files are looked at: Node's own functions check their arguments so often
 * that V8 would begin to optimise them, which takes 4 MB of memory.
 * @param errno of the last call
 */
export function loadReadText(libc: LibraryHandle, errno: () => number): ReadText {
  const open = libc.func("int open(str path, int flags)");
  const read = libc.func("int64 read(int fd, void *bytes, size_t size)");
  const close = libc.func("int close(int fd)");
  let block = Buffer.allocUnsafeSlow(4_096);
  return (path, most = Number.POSITIVE_INFINITY) => {
    const fd: number = open(path, flags);
    if (fd < 0) throw new SystemError("open", errno());
    try {
      for (let length = 0; ; ) {
        if (length === block.length) block = Buffer.concat([block], 2 * length);
        const room = length === 0 ? block : block.subarray(length);
        const size = Number(read(fd, room, Math.min(room.length, most - length)));
        if (size < 0) throw new SystemError("read", errno());
        length += size;
        if (size === 0 || length >= most) return block.toString("latin1", 0, length);
      }
    } finally {
      close(fd);
    }
  };
}
