import { hostname, userInfo } from "node:os";
import * as z from "zod";
import { type Connection, run } from "../connection/connection.ts";
import { appendLine, readLastLines } from "./host-log.ts";
import type { RecordChange } from "./host-run.ts";

/** A line of the host's audit log: one step that changed something, or failed while it did. */
export const AuditEntry = z.object({
  at: z.string().describe("when the step ended, by the operator's clock (ISO 8601)"),
  by: z.string().describe("the operator's account and machine: `anna@laptop`"),
  from: z
    .string()
    .default("")
    .describe("the address from which the operator's connection came; empty for the host itself"),
  command: z.string().describe("`provision`, `deploy`, …"),
  version: z.string().describe("of Longshore"),
  step: z.string().describe("what was done, as the summary had it"),
  status: z.enum(["done", "failed"]),
  seconds: z.number(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Some 200 000 changes: a line has about 250 bytes. */
const AUDIT_LOG = { file: "/var/log/longshore/audit.jsonl", maxSize: 10 * 1024 ** 2, maxFiles: 4 };

/** Writes a line into the host's audit log after every change. What can't be written is left: the change has been made. */
export function auditChanges(command: string, version: string): RecordChange {
  const { username } = userInfo();
  const by = `${username}@${hostname()}`;
  const addresses = new Map<string, string>();
  return async (change, connection) => {
    try {
      const from = addresses.get(connection.host) ?? (await readClientAddress(connection));
      addresses.set(connection.host, from);
      const entry: AuditEntry = { at: new Date().toISOString(), by, from, command, version, ...change };
      await connection.exec(appendLine(AUDIT_LOG), {
        become: true,
        input: JSON.stringify(entry),
        limitSeconds: 20,
      });
    } catch {
      // The connection is gone, with which the step has failed already.
    }
  };
}

async function readClientAddress(connection: Connection): Promise<string> {
  const { stdout } = await connection.exec(["printenv", "SSH_CONNECTION"], { limitSeconds: 10 });
  return stdout.split(" ")[0]?.trim() ?? "";
}

/** The last lines of a host's audit log, oldest first; what is damaged is left out. @throws CommandError */
export async function readAudit(connection: Connection, count: number): Promise<AuditEntry[]> {
  const argv = readLastLines(AUDIT_LOG, count);
  const { stdout } = await run(connection, argv, {
    become: true,
    limitSeconds: 30,
    title: "reading the audit log",
  });
  return stdout.split("\n").flatMap((line) => parseAuditLine(line) ?? []);
}

/** A line of the audit log; undefined where it is none, as after a cut in the middle of a write. */
export function parseAuditLine(line: string): AuditEntry | undefined {
  try {
    return AuditEntry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
