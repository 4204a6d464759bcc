import { unlinkSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { dirname } from "node:path";
import { UserError } from "../config/user-error.ts";
import { makeFolder } from "../runtime/make-folder.ts";
import { answerRequest } from "./answer.ts";
import type { ControlTarget } from "./routes.ts";

/** How long a client may take to send its request (ms). */
const requestTimeout = 30_000;
/** The longest that a timer can be set to. */
const never = 2 ** 31 - 1;

/**
 * Serves the control API on a unix socket that only this user may open. A socket left behind by a dead supervisor
 * is replaced.
 * @throws UserError when another supervisor answers there, or the socket cannot be made
 */
export async function serveControl(socketPath: string, target: ControlTarget): Promise<Server> {
  // Node would look at its connections twice a minute to find those that hang. A timer for each connection, while there
  // is one, does not wake an idle supervisor.
  const server = createServer(
    { connectionsCheckingInterval: never },
    (request, response) => void answerRequest(target, request, response),
  );
  server.timeout = requestTimeout;
  server.on("clientError", (_, socket) => socket.destroy());
  try {
    makeFolder(dirname(socketPath), 0o755);
    await listen(server, socketPath).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") throw error;
      if (await isAnswered(socketPath)) {
        const hint = "give this one a socket of its own: longshored --socket PATH FILE";
        throw new UserError("socket_in_use", `cannot listen on ${socketPath}: another longshored does`, {
          hint,
        });
      }
      unlinkSync(socketPath);
      await listen(server, socketPath);
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError("socket", `cannot listen on ${socketPath} (${code ?? message})`, { cause: error });
  }
  return server;
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

function isAnswered(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
