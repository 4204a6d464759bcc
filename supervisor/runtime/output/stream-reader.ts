import { Socket } from "node:net";

/** Reading a stream of a process; a paused one lets the process wait. */
export interface StreamReader {
  /** everything has been read */
  readonly closed: boolean;
  pause(): void;
  resume(): void;
}

/** What becomes of a stream's bytes. A chunk is valid only during the call: its memory is used again. */
export interface StreamHandler {
  onChunk(chunk: Buffer): void;
  onEnd(): void;
}

/** All pipes are read into the same memory, one after the other: a hundred of them cost no more than one. */
const shared = Buffer.allocUnsafeSlow(262_144);

/** Reads a pipe to its end and closes it. */
export function readPipe(fd: number, handler: StreamHandler): StreamReader {
  const socket = new Socket({
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: shared,
      callback: (bytes: number, buffer: Uint8Array) => {
        handler.onChunk((buffer as Buffer).subarray(0, bytes));
        return true;
      },
    },
  } as ConstructorParameters<typeof Socket>[0]);
  return follow(socket, handler);
}

/** Reads a stream that Node made (where real pipes cannot be had). */
export function readSocket(socket: Socket, handler: StreamHandler): StreamReader {
  socket.on("data", (chunk: Buffer) => handler.onChunk(chunk));
  return follow(socket, handler);
}

function follow(socket: Socket, handler: StreamHandler): StreamReader {
  socket.on("close", () => handler.onEnd());
  // A reset pipe ends like any other: what was written has been read.
  socket.on("error", () => socket.destroy());
  socket.on("end", () => socket.destroy());
  return socket;
}
