import { constants } from "node:os";

/** The first name of each: EWOULDBLOCK is EAGAIN. */
const names = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** A call that failed, with the name of its errno as Node's own errors have it. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;

  constructor(
    readonly syscall: string,
    errno: number,
  ) {
    const code = names.get(errno) ?? `errno ${errno}`;
    super(`${syscall}: ${code}`);
    this.code = code;
  }
}
