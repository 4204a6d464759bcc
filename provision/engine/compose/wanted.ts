import * as z from "zod";

/** What a release wants of one service. */
export const WantedService = z.object({
  /** how many containers; null where it waits for a profile, and may run or not */
  replicas: z.int().min(0).nullable(),
  /** its PID 1 is to be longshored */
  supervisor: z.boolean(),
});
export type WantedService = z.infer<typeof WantedService>;

/** The services of a release by name; they stand in `release.json` on the host. */
export const WantedServices = z.record(z.string(), WantedService);
export type WantedServices = z.infer<typeof WantedServices>;

/** What `release.json` on the host says of this; undefined where it was written by a longshore of before this key. */
export function parseWanted(releaseJson: string): WantedServices | undefined {
  try {
    return z.object({ services: WantedServices }).parse(JSON.parse(releaseJson)).services;
  } catch {
    return undefined;
  }
}
