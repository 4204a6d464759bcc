import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** How long a client may take to send the head of a request (ms), and to send the next one over the same connection. */
const headTime = 10_000;
/** How long it may take for all of a request (ms). */
const requestTime = 30_000;

/**
 * Ends connections on which no request comes in time, and keeps their number below a limit, so that descriptors are left
 * for the tasks. Each connection has a timer of its own: an idle supervisor is not woken, and a byte now and then
 * does not put the end off.
 */
export function limitConnections(server: Server, most: number): void {
  server.maxConnections = most;
  const timers = new WeakMap<Socket, NodeJS.Timeout>();
  const arm = (socket: Socket, time: number): void => {
    clearTimeout(timers.get(socket));
    timers.set(socket, setTimeout(() => socket.destroy(), time).unref());
  };
  const meet = (socket: Socket): void => {
    arm(socket, headTime);
    socket.once("close", () => clearTimeout(timers.get(socket)));
  };
  server.on("connection", meet);
  server.on("secureConnection", meet);
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    arm(socket, requestTime);
    // From here on it is the client that waits, maybe for long.
    request.once("end", () => clearTimeout(timers.get(socket)));
    response.once("finish", () => {
      if (!socket.destroyed) arm(socket, headTime);
    });
  });
}
