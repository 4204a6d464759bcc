import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";

/** `10%` or `0.1`: a share of one. */
export const Share = z
  .union([z.string().regex(/^\d+(?:\.\d+)?%$/, "expected a share such as 10%"), z.number()])
  .transform((input) => (typeof input === "string" ? Number.parseFloat(input) / 100 : input))
  .refine((share) => share >= 0 && share <= 1, "expected a share between 0% and 100%");

/** How long a task that keeps failing waits between two starts. */
export const Backoff = z.strictObject({
  initial: Duration.prefault("500ms").describe("before the first retry; 0s restarts at once"),
  factor: z.number().min(1).default(2).describe("each further wait is this many times longer"),
  limit: Duration.prefault("30s").describe("the longest wait"),
  jitter: Share.prefault("10%").describe(
    "up to this share is added at random, so that tasks that fail together do not retry together",
  ),
  reset: Duration.prefault("10s").describe(
    "a run this long counts as stable: the waits start over, and the next restart is at once",
  ),
});
export type Backoff = z.infer<typeof Backoff>;
