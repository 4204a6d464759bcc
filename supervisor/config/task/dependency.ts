import * as z from "zod";
import { Text } from "../../../shared/written.ts";

/** What a dependency must have reached; Compose's longer names are read too. */
export const Condition = z
  .enum([
    "started",
    "healthy",
    "completed_successfully",
    "service_started",
    "service_healthy",
    "service_completed_successfully",
  ])
  .transform((name) => name.replace("service_", "") as "started" | "healthy" | "completed_successfully");
export type Condition = z.infer<typeof Condition>;

/** Compose's `depends_on`: a list of names, or a map from name to condition. */
export const DependsOn = z
  .union([z.array(Text), z.record(z.string(), z.strictObject({ condition: Condition.prefault("started") }))])
  .transform(
    (input): Record<string, { condition: Condition }> =>
      Array.isArray(input)
        ? Object.fromEntries(input.map((name) => [name, { condition: "started" as const }]))
        : input,
  );
export type DependsOn = z.infer<typeof DependsOn>;
