import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { Share } from "./backoff.ts";

const Count = z.int().min(0).max(1_000);

const Retry = z.strictObject({
  count: Count.default(0).describe("further attempts after a failed one"),
  initial: Duration.prefault("10s").describe("before the first of them"),
  factor: z.number().min(1).default(2).describe("each further wait is this many times longer"),
  limit: Duration.prefault("10m").describe("the longest wait"),
  jitter: Share.prefault("10%").describe(
    "up to this share is added, so that jobs that fail together do not retry together",
  ),
});

/** How often a failed run is tried again, and when: a number, or a map with the waits. */
export const Retries = z.union([Count.transform((count) => Retry.parse({ count })), Retry]);
export type Retries = z.infer<typeof Retry>;
