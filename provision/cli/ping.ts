import * as z from "zod";
import { formatError } from "../../shared/user-error.ts";
import { makeOneLine, makePlain } from "../../shared/visible-text.ts";
import { type Connection, shellScript } from "../connection/connection.ts";
import { eachHost } from "../fleet/each-host.ts";
import { describeError, HostError } from "../fleet/host-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { colors as pc } from "../ui/colors.ts";
import type { FleetOptions } from "./options/options.ts";
import { printJson } from "./session/report.ts";
import { type Session, withSession } from "./session/session.ts";

/** What became of a host. */
export const HostPing = z.object({
  host: z.string().describe("its name in the inventory"),
  status: z.enum(["ok", "failed"]),
  seconds: z.number().describe("from the first packet to the answer of a command"),
  user: z.string().optional().describe("who logged in, and became root"),
  error: HostError.optional(),
});
export type HostPing = z.infer<typeof HostPing>;

/** `longshore ping`. Returns the exit code: 1 where a host can't be reached or does not let us become root. */
export function pingCommand(options: FleetOptions): Promise<number> {
  return withSession("ping", options, async (session) => {
    const pings = await eachHost(session.hosts, options.forks, (host) => pingHost(host, session));
    if (options.json) printJson({ hosts: pings });
    return pings.every(({ status }) => status === "ok") ? 0 : 1;
  });
}

async function pingHost(host: InventoryHost, session: Session): Promise<HostPing> {
  const started = performance.now();
  const width = Math.max(...session.hosts.map(({ name }) => name.length));
  const seconds = () => Math.round((performance.now() - started) / 10) / 100;
  try {
    const user = await askRoot(await session.connections.get(host));
    session.say(
      `${host.name.padEnd(width)}  ${pc.green("ok")}      ${seconds().toFixed(2)} s  ${makeOneLine(user)}`,
    );
    return { host: host.name, status: "ok", seconds: seconds(), user };
  } catch (error) {
    const line = makePlain(formatError(error)).replaceAll("\n", "\n  ");
    session.say(`${host.name.padEnd(width)}  ${pc.red("failed")}  ${seconds().toFixed(2)} s  ${line}`);
    return { host: host.name, status: "failed", seconds: seconds(), error: describeError(error) };
  }
}

/** The login user, once a command has run as root. One round trip. @throws BecomeError */
async function askRoot(connection: Connection): Promise<string> {
  const { stdout } = await connection.exec(shellScript('printf %s "${SUDO_USER:-root}"'), {
    become: true,
    limitSeconds: 40,
    title: "a command",
  });
  return stdout;
}
