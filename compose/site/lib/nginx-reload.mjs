import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { PATHS } from "./paths.mjs";

const TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/**
 * Lets the running nginx take its configuration and certificate anew, and resolves when every new connection gets them.
 * Connections that are open go on with the old ones.
 *
 * @throws {Error} when nginx is not running, or has not changed over in time
 */
export async function reloadNginx() {
  const workers = await listWorkers();
  await promisify(execFile)("longshorectl", ["signal", "nginx", "SIGHUP"]);
  const deadline = Date.now() + TIMEOUT_MS;
  while ((await Promise.all(workers.map(isAccepting))).includes(true)) {
    if (Date.now() > deadline)
      throw new Error("cannot reload nginx: its old workers are still accepting connections");
    await delay(POLL_MS);
  }
}

/** The processes that nginx's master has started. */
async function listWorkers() {
  const master = (await readFile(PATHS.nginxPid, "utf8").catch(() => "")).trim();
  const children = await readFile(`/proc/${master}/task/${master}/children`, "utf8").catch(() => "");
  return children.split(" ").filter(Boolean);
}

/**
 * Whether a worker takes new connections. One that finishes its last requests says so in its title, and has closed its
 * listening sockets by then.
 *
 * @param {string} pid
 */
async function isAccepting(pid) {
  const title = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return title.startsWith("nginx: worker process") && !title.includes("shutting down");
}
