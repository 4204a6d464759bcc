import * as z from "zod";
import { HostError } from "./host-error.ts";

/** Something that would be done. */
export const PendingChange = z.object({
  title: z.string().describe("a line for people: `docker group: add debian`"),
  details: z
    .array(z.string())
    .describe("lines of a diff: `+ new`, `- old`, and remarks, which begin with two spaces"),
});
export type PendingChange = z.infer<typeof PendingChange>;

/** Why a host did not get through. */
export const HostFailure = HostError.extend({
  step: z.string().describe("the step that failed; `connect` and `reading facts` come before the first"),
  command: z
    .object({
      line: z.string().describe("of a script, only its arguments"),
      exit_code: z.number(),
      stderr: z.string().describe("its last 4000 characters"),
    })
    .optional()
    .describe("where a command on the host failed"),
});
export type HostFailure = z.infer<typeof HostFailure>;

/** What a command did on one host. */
export const HostOutcome = z.object({
  host: z.string().describe("its name in the inventory"),
  status: z
    .enum(["ok", "changed", "pending", "failed", "unreachable", "skipped", "interrupted"])
    .describe(
      "`ok`: nothing had to be changed. `pending`: with `--check`, there is something to do. `skipped`: not begun, because too many others had failed. `interrupted`: Ctrl-C came before this host was done",
    ),
  changes: z.array(z.string()).describe("what was changed, a line each; also where a later step failed"),
  pending: z
    .array(PendingChange)
    .optional()
    .describe("with `--check`: what would be done; also where one of it would fail"),
  seconds: z.number(),
  error: HostFailure.optional().describe(
    "where it failed, could not be reached, or was interrupted in the middle",
  ),
});
export type HostOutcome = z.infer<typeof HostOutcome>;

/** 0 where every host is as wanted, 1 where one is not, 2 where --check found something to do. */
export function exitCodeOf(outcomes: HostOutcome[]): 0 | 1 | 2 {
  if (outcomes.some(({ status }) => !["ok", "changed", "pending"].includes(status))) return 1;
  return outcomes.some(({ status }) => status === "pending") ? 2 : 0;
}

/** True where every host is as wanted. */
export function allGood(outcomes: HostOutcome[]): boolean {
  return outcomes.every(({ status }) => status === "ok" || status === "changed");
}

/** The hosts that the same command would have to go on with. */
export function unfinishedHosts(outcomes: HostOutcome[]): string[] {
  const unfinished: HostOutcome["status"][] = ["failed", "unreachable", "skipped", "interrupted"];
  return outcomes.filter(({ status }) => unfinished.includes(status)).map(({ host }) => host);
}
