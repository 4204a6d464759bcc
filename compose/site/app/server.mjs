#!/usr/bin/env node
/** The app: listens on the unix socket that nginx passes requests to, and ends gracefully on SIGTERM. */
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { createHandler } from "./handler.mjs";

const SOCKET = process.env.APP_SOCKET ?? "/run/app/app.sock";
const RELEASE_FILE = process.env.RELEASE_FILE ?? "/etc/longshore/release.json";
const TLS_FILE = process.env.TLS_FILE ?? "/run/site/tls.json";
const DRAIN_MS = 5_000;

// An HTTP/1.0 client need not send a Host.
const options = { requireHostHeader: false, keepAliveTimeout: 75_000 };
const server = createServer(options, createHandler({ releaseFile: RELEASE_FILE, tlsFile: TLS_FILE }));

// After a crash the old socket is still there; the supervisor runs one of us at a time.
rmSync(SOCKET, { force: true });
// For all: nginx runs as another user, and only this container has the folder.
server.listen({ path: SOCKET, readableAll: true, writableAll: true }, () =>
  console.log(`listening on ${SOCKET}`),
);

/** Requests that are under way are answered; then the process has nothing left to do, and ends. */
function drain() {
  console.log("stopping: no new requests");
  server.close();
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
}

process.once("SIGTERM", drain);
process.once("SIGINT", drain);
