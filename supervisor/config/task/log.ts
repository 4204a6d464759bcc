import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { Size } from "../../../shared/size.ts";
import { FileMode } from "./file-mode.ts";

/** When a log file is put aside for a new one, and who may read it. Lines are never cut in two. */
export const LogSettings = z.strictObject({
  max_size: Size.prefault("10MB").describe(
    "a file is put aside before it grows beyond this; 0 never does that",
  ),
  max_files: z
    .int()
    .min(0)
    .max(1_000)
    .default(5)
    .describe("how many old files are kept beside it, as `file.1` (the youngest), `file.2`, …"),
  max_age: Duration.optional().describe("a file older than this is put aside, whatever its size"),
  mode: FileMode.optional().describe(
    "octal digits, such as 0640, whatever the umask; otherwise 0644 less longshored's umask",
  ),
});
export type LogSettings = z.infer<typeof LogSettings>;

/** One place for output: the supervisor's own output, nowhere, or a file. */
export type Sink = { readonly kind: "inherit" } | { readonly kind: "file"; readonly path: string };

/** Other names of the supervisor's own output: a file of that name must not be put aside, and has no names of tasks in it. */
export const ownOutput = /^\/(?:dev\/(?:stdout|stderr)|(?:dev|proc\/self)\/fd\/[12])$/;

const SinkName = z.string().min(1, "names no file");

/**
 * Where a stream goes: `inherit` (the supervisor's own output, each line with the task's name before it), `null`, the
 * path of a file, or a list of these.
 */
export const StreamTarget = z.union([SinkName, z.array(SinkName)]).transform((input): Sink[] =>
  (Array.isArray(input) ? input : [input]).flatMap((name): Sink[] => {
    if (name === "null" || name === "none" || name === "/dev/null") return [];
    return [name === "inherit" || ownOutput.test(name) ? { kind: "inherit" } : { kind: "file", path: name }];
  }),
);
