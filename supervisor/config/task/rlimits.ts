import * as z from "zod";

/** The resources that prlimit(1) can limit, by the names that Compose and limits.conf use. */
const resources = [
  "as",
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
] as const;

const Limit = z.union([z.int().nonnegative(), z.literal("unlimited")]);

/** Compose's form: one number for both limits, or `{ soft, hard }`. */
export const Rlimits = z
  .partialRecord(z.enum(resources), z.union([Limit, z.strictObject({ soft: Limit, hard: Limit })]))
  .transform((input) =>
    Object.entries(input).map(([resource, limit]) => {
      const both = typeof limit === "object" ? limit : { soft: limit, hard: limit };
      return { resource, soft: both.soft, hard: both.hard };
    }),
  );
export type Rlimits = z.infer<typeof Rlimits>;
