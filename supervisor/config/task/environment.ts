import * as z from "zod";
import { Text } from "../../../shared/written.ts";

const VariableName = z.string().regex(/^[^=\0]+$/, "a variable's name is not empty and holds no =");

/** Variables that a task gets: a map, or Compose's list of `NAME=value`. Null passes the supervisor's own value through. */
export const Environment = z
  .union([
    z.record(VariableName, Text.nullable()),
    z.array(z.string().regex(/^[^=\0]+(=|$)/, "expected NAME=value")),
  ])
  .transform((input): Record<string, string | null> => {
    const entries = Array.isArray(input) ? input.map(splitAssignment) : Object.entries(input);
    return Object.fromEntries(entries);
  });

function splitAssignment(text: string): [string, string | null] {
  const at = text.indexOf("=");
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

/** A file of `NAME=value` lines; a path alone is required to exist. */
export const EnvFile = z.strictObject({ path: Text, required: z.boolean().default(true) });
export type EnvFile = z.infer<typeof EnvFile>;

/** Compose's `env_file`: a path, or a list of paths and of `{ path, required }`. Later files win. */
export const EnvFiles = z
  .union([z.string(), z.array(z.union([Text, EnvFile])), EnvFile])
  .transform((input): EnvFile[] =>
    (Array.isArray(input) ? input : [input]).map((file) =>
      typeof file === "string" ? { path: file, required: true } : file,
    ),
  );
