import * as z from "zod";
import { AuditEntry, readAudit } from "../fleet/audit.ts";
import { eachHost } from "../fleet/each-host.ts";
import { describeError, HostError } from "../fleet/host-error.ts";
import { formatTable } from "../ui/table.ts";
import { visibleValues } from "../ui/visible-values.ts";
import type { FleetOptions } from "./options/options.ts";
import { printJson } from "./session/report.ts";
import { withSession } from "./session/session.ts";

/** What a host's audit log says. */
export const HostAudit = z.object({
  host: z.string().describe("its name in the inventory"),
  entries: z.array(AuditEntry).describe("the last ones, oldest first"),
  error: HostError.optional().describe("where the log cannot be read"),
});
export type HostAudit = z.infer<typeof HostAudit>;

/** `longshore audit`: who changed what on the hosts, from where and when. Returns the exit code. */
export function auditCommand(options: FleetOptions & { lines: number }): Promise<number> {
  return withSession("audit", options, async ({ hosts, connections, say }) => {
    const audits = await eachHost(hosts, options.forks, async (host): Promise<HostAudit> => {
      try {
        const connection = await connections.get(host);
        return { host: host.name, entries: await readAudit(connection, options.lines) };
      } catch (error) {
        return { host: host.name, entries: [], error: describeError(error) };
      }
    });
    if (options.json) printJson({ hosts: audits }, options.json);
    else say(formatAudits(visibleValues(audits)));
    return audits.some(({ error }) => error !== undefined) ? 1 : 0;
  });
}

/** All hosts' entries as one table, by time; what could not be read comes below it. */
function formatAudits(audits: readonly HostAudit[]): string {
  const rows = audits
    .flatMap(({ host, entries }) => entries.map((entry) => ({ host, ...entry })))
    .sort((a, b) => a.at.localeCompare(b.at))
    .map(({ at, host, by, from, command, status, step }) => [
      at.replace(/\.\d+Z$/, "Z"),
      host,
      from === "" ? by : `${by} (${from})`,
      command,
      status === "done" ? step : `FAILED ${step}`,
    ]);
  const failures = audits.flatMap(({ host, error }) =>
    error === undefined
      ? []
      : [`${host}: ${error.message}${error.hint === undefined ? "" : `\n  ${error.hint}`}`],
  );
  const table =
    rows.length === 0
      ? "no changes are recorded"
      : formatTable(["TIME", "HOST", "BY", "COMMAND", "CHANGE"], rows);
  return [table, ...failures].join("\n");
}
