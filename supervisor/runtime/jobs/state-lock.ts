import { renameSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";

/**
 * Makes sure that one supervisor alone runs the jobs of a state directory, also across containers that share it, as two
 * releases do while one takes over from the other. The lock is a unix socket that its holder listens on: the kernel
 * lets go of it with the process, whatever ends that.
 * @param path in a folder that nobody else changes (requireRootsFolder)
 * @param onWait called once when another supervisor holds it
 * @returns gives it back
 */
export async function lockState(path: string, signal: AbortSignal, onWait: () => void): Promise<() => void> {
  let hasWaited = false;
  while (!signal.aborted) {
    const lock = await tryListen(path);
    // Two that find the socket of a dead one at the same time may both replace it; the later one has it.
    if (lock !== null && (await askToken(path)) === lock.token) return lock.release;
    lock?.release();
    const holder = await waitForEnd(path, signal, () => {
      if (!hasWaited) onWait();
      hasWaited = true;
    });
    if (holder === "dead") removeSocket(path);
  }
  return () => {};
}

/** @throws when the socket cannot be made for another reason than that it is there */
function tryListen(path: string): Promise<{ token: string; release: () => void } | null> {
  const token = uniqueWord();
  const server: Server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.write(`${token}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(null) : reject(error),
    );
    server.listen(path, () => {
      server.unref();
      resolve({ token, release: () => server.close() });
    });
  });
}

function askToken(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("error", () => resolve(null));
    socket.on("data", (data) => {
      resolve(data.toString("utf8").trim());
      socket.destroy();
    });
  });
}

/** Resolves when the holder lets go, by ending or otherwise; with `dead` when nobody listens any more. */
function waitForEnd(path: string, signal: AbortSignal, onHeld: () => void): Promise<"dead" | "ended"> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const stop = (): void => void socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    socket.on("connect", onHeld);
    socket.on("error", () => resolve("dead"));
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      resolve("ended");
    });
    // Read, so that the end is noticed.
    socket.resume();
  });
}

function removeSocket(path: string): void {
  const aside = `${path}.${uniqueWord()}`;
  try {
    renameSync(path, aside);
    rmSync(aside);
  } catch {
    // Another one has done it.
  }
}

/** Different for every call in every process; no secret. */
function uniqueWord(): string {
  return `${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
