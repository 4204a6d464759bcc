import * as z from "zod";

/** How lines look that go to the supervisor's own output. */
export const OutputSettings = z.strictObject({
  /** `text`: `web | line`; `json`: one object a line, with time, name, stream and line */
  format: z.enum(["text", "json"]).default("text"),
  /** puts the time before each line of text; JSON always has it */
  timestamps: z.boolean().default(false),
});
export type OutputSettings = z.infer<typeof OutputSettings>;
