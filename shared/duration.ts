import * as z from "zod";
import { parseDuration } from "./duration-text.ts";

/** What an editor can know of it; `parseDuration` decides. */
const Text = z
  .string()
  .meta({ pattern: "^(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|[smhdw]))+)$", examples: ["500ms", "10s", "1m30s"] });

/** A duration in a configuration file; the value is milliseconds. */
export const Duration = z.union([Text, z.number().nonnegative()]).transform((input, context) => {
  const milliseconds = parseDuration(String(input));
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(input)} is not a duration; write it like 10s, 1m30s or 500ms`,
  });
  return z.NEVER;
});
