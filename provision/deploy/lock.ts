import type { Duplex } from "node:stream";
import { UserError } from "../../supervisor/config/user-error.ts";
import { type Connection, shellScript } from "../connection/connection.ts";

const HOLD = `
mkdir -p /opt/longshore
exec 9>/opt/longshore/.lock-"$1"
if flock -n 9; then echo locked; cat >/dev/null; else echo busy; fi
`;

/**
 * Takes the lock of a stack on a host: one deploy at a time. It lives as long as the connection, and goes when that does,
 * whatever ends it.
 *
 * @throws UserError `deploy_locked` at once where somebody has it, `deploy_lock` where it cannot be taken at all
 */
export async function takeDeployLock(connection: Connection, stack: string): Promise<void> {
  const holder = await connection.openProcess(shellScript(HOLD, stack), { become: true });
  const answer = await readAnswer(holder);
  if (answer.startsWith("locked")) return;
  if (answer.startsWith("busy")) {
    throw new UserError("deploy_locked", `another deploy of ${stack} is under way on ${connection.host}`, {
      hint: "wait until it has ended, then try again",
    });
  }
  throw new UserError("deploy_lock", `cannot take the lock of ${stack} on ${connection.host}`, {
    hint: "root must be able to write to /opt/longshore there",
  });
}

/** The first that the process says; empty where it ends without a word. */
function readAnswer(holder: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    holder.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8")));
    holder.once("end", () => resolve(""));
    holder.once("error", reject);
  });
}
