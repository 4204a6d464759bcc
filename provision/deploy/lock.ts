import { once } from "node:events";
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
 * @throws UserError `deploy_locked` at once where somebody has it
 */
export async function takeDeployLock(connection: Connection, stack: string): Promise<void> {
  const holder = await connection.openProcess(shellScript(HOLD, stack), { become: true });
  const [answer] = (await once(holder, "data")) as [Buffer];
  if (answer.toString("utf8").startsWith("locked")) return;
  throw new UserError("deploy_locked", `another deploy of ${stack} is under way on ${connection.host}`, {
    hint: "wait until it has ended, then try again",
  });
}
