import { existsSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { dirname, resolve } from "node:path";
import { UserError } from "../../shared/user-error.ts";
import { GuardError, requireRootsWay } from "../config/files/guarded-path.ts";
import { makeFolder } from "../runtime/make-folder.ts";
import { isOwnDefault, requireOwnFolder } from "../runtime/socket-folder.ts";
import { answerRequest } from "./answer.ts";
import type { ControlTarget } from "./handler.ts";
import { limitConnections } from "./limit-connections.ts";

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
    requireWay(socketPath);
    makeFolder(dirname(socketPath), isPrivate ? 0o700 : 0o755);
    requireWay(socketPath);
    if (isPrivate) requireOwnFolder(dirname(socketPath));
    await listen(server, socketPath).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      if (await isAnswered(socketPath)) {
        requireOwnSocket(socketPath);
        const hint = "give this one a socket of its own: longshored --socket PATH FILE";
        throw new UserError("socket_in_use", `cannot listen on ${socketPath}: another longshored does`, {
          hint,
        });
      }
      removeSocket(socketPath);
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

/**
 * Where others can put a socket of theirs in place of root's, or stand on the way to it, clients would talk to them. Looked at
 * before a folder is made, from the first one that is there.
 * @throws UserError that names the folder
 */
function requireWay(socketPath: string): void {
  let folder = dirname(resolve(socketPath));
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    requireRootsWay(folder);
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    const hint =
      "they could listen in its place and be told what is meant for it: choose a folder that only root can write, such as /run/longshore, with --socket PATH";
    throw new UserError("socket", error.message, { hint });
  }
}

/** @throws UserError for the socket of another user, which cannot be another longshored of ours */
function requireOwnSocket(path: string): void {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  if (uid === undefined || uid === process.geteuid?.()) return;
  const hint = "choose a folder that only your user can write, with --socket PATH";
  throw new UserError("socket", `a program of another user does (uid ${uid})`, { hint });
}

/** The mask is set while the socket is made, so that there is no moment in which others may open it. */
function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const umask = process.umask(0o177);
    server.once("error", reject);
    server.listen(socketPath, () => {
      server.off("error", reject);
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
