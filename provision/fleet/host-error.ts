import * as z from "zod";
import { formatError, UserError } from "../../shared/user-error.ts";

/** Why something could not be had of a host, as `--json` has it. */
export const HostError = z.object({
  code: z
    .string()
    .describe("a word for programs: `ssh_timeout`, `no_space`; `bug` where it is Longshore's own fault"),
  message: z.string().describe("for people"),
  hint: z.string().optional().describe("the way out"),
});
export type HostError = z.infer<typeof HostError>;

/** Anything that was thrown, in that shape. */
export function describeError(error: unknown): HostError {
  if (!(error instanceof UserError)) {
    return { code: "bug", message: formatError(error), hint: "this is a bug of longshore: please report it" };
  }
  const { code, message, hint } = error;
  return { code, message, hint };
}
