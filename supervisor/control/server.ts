import { lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { holdGuardedFolder, inGuardedFolder } from "../config/guarded-path.ts";
import { UserError } from "../config/user-error.ts";
import { makeFolder } from "../runtime/make-folder.ts";
import { isOwnDefault, requireOwnFolder } from "../runtime/socket-folder.ts";
import { answerRequest } from "./answer.ts";
import { limitConnections } from "./limit-connections.ts";
import type { ControlTarget } from "./routes.ts";

/** No more clients at once; it is one user's socket. */
const mostConnections = 512;
/** What a socket's address can hold (bytes), sun_path in unix(7) without its end. */
const longestPath = 107;
/** The longest that a timer can be set to. */
const never = 2 ** 31 - 1;

/**
 * Serves the control API on a unix socket that only this user may open. A socket left behind by a dead supervisor
 * is replaced.
 * @throws UserError when another supervisor answers there, or the socket cannot be made
 */
export async function serveControl(socketPath: string, target: ControlTarget): Promise<Server> {
  const length = Buffer.byteLength(socketPath);
  if (length > longestPath) {
    const hint = "choose a shorter one with --socket PATH or LONGSHORE_SOCKET";
    throw new UserError(
      "socket",
      `cannot listen on ${socketPath}: the path is longer than ${longestPath} bytes (${length})`,
      { hint },
    );
  }
  // Node would look at its connections twice a minute to find those that hang. A timer for each connection, while there
  // is one, does not wake an idle supervisor.
  const server = createServer(
    { connectionsCheckingInterval: never },
    (request, response) => void answerRequest(target, request, response),
  );
  limitConnections(server, mostConnections);
  try {
    const isPrivate = isOwnDefault(socketPath);
    makeFolder(dirname(socketPath), isPrivate ? 0o700 : 0o755);
    if (isPrivate) requireOwnFolder(dirname(socketPath));
    await listen(server, socketPath).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      if (await isAnswered(socketPath)) {
        const hint = "give this one a socket of its own: longshored --socket PATH FILE";
        throw new UserError("socket_in_use", `cannot listen on ${socketPath}: another longshored does`, {
          hint,
        });
      }
      inGuardedFolder(socketPath, removeSocket);
      await listen(server, socketPath);
    });
  } catch (error) {
    if (error instanceof UserError && error.code !== "socket") throw error;
    if (error instanceof UserError) {
      const { hint } = error;
      throw new UserError("socket", `cannot listen on ${socketPath}: ${error.message}`, { hint });
    }
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError("socket", `cannot listen on ${socketPath} (${code ?? message})`, { cause: error });
  }
  return server;
}

/** The mask is set while the socket is made, so that there is no moment in which others may open it. */
function listen(server: Server, socketPath: string): Promise<void> {
  const { path, release } = holdGuardedFolder(socketPath);
  return new Promise((resolve, reject) => {
    const umask = process.umask(0o177);
    const fail = (error: Error): void => {
      release();
      reject(error);
    };
    server.once("error", fail);
    server.listen(path, () => {
      server.off("error", fail);
      server.once("close", release);
      resolve();
    });
    process.umask(umask);
  });
}

/** @throws UserError for anything but a socket, which nobody wants to lose */
function removeSocket(path: string): void {
  if (!lstatSync(path).isSocket()) {
    const hint = "choose another one with --socket PATH, or remove it yourself";
    throw new UserError("socket", "the file that is there is not a socket", { hint });
  }
  unlinkSync(path);
}

/** Whether anybody has it: only a socket that refuses has been left behind. */
function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EAGAIN" || code === "EACCES"));
  });
}
