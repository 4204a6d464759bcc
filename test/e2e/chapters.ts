import { afterEach, beforeEach } from "vitest";

/** In a `describe` whose tests go on from one another: once one has failed, the rest is skipped, not run into timeouts. */
export function endAtFirstFailure(): void {
  let failed: string | undefined;
  beforeEach(({ skip }) => {
    if (failed !== undefined) skip(`because "${failed}" failed`);
  });
  afterEach(({ task }) => {
    if (task.result?.state === "fail") failed ??= task.name;
  });
}
