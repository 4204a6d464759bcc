import * as z from "zod";

/** How lines look that go to the supervisor's own output. */
export const OutputSettings = z.strictObject({
  format: z
    .enum(["text", "json"])
    .default("text")
    .describe("`text`: `web | line`; `json`: one object a line, with time, name, stream and line"),
  timestamps: z
    .boolean()
    .default(false)
    .describe("puts the time before each line of text; JSON always has it"),
});
export type OutputSettings = z.infer<typeof OutputSettings>;
