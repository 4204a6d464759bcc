import { once } from "node:events";
import { UserError } from "../../supervisor/config/user-error.ts";
import { type Connection, shellScript } from "../connection/connection.ts";

// The lock lives as long as this process: it goes when the connection does, whatever ends it.
const HOLD = `
mkdir -p /opt/longshore
exec 9>/opt/longshore/.lock-"$1"
if flock -n 9; then echo locked; cat >/dev/null; else echo busy; fi
`;

/**
 * Runs `work` while nobody else deploys the same stack to this host.
 *
 * @throws UserError `deploy_locked` at once where somebody does
 */
export async function withDeployLock<T>(
  connection: Connection,
  stack: string,
  work: () => Promise<T>,
): Promise<T> {
  const holder = await connection.openProcess(shellScript(HOLD, stack), { become: true });
  try {
    const [answer] = (await once(holder, "data")) as [Buffer];
    if (!answer.toString("utf8").startsWith("locked")) {
      throw new UserError("deploy_locked", `another deploy of ${stack} is under way on ${connection.host}`, {
        hint: "wait until it has ended, then try again",
      });
    }
    return await work();
  } finally {
    holder.end();
  }
}
