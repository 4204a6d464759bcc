/** By how much the clock may differ (ms) before it counts as set: what is shown as a time does not flicker. */
const tolerance = 1_000;

let offset = 0;

/**
 * Milliseconds that only grow, whatever is done to the clock: what lasted long or came soon is told by these. They begin as those of
 * the clock when this process began.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** The time of day (ms since 1970) of a moment of {@link steadyNow}, as the clock is set now. */
export function toClockTime(steady: number): number {
  const present = Date.now() - steadyNow();
  if (Math.abs(present - offset) >= tolerance) offset = present;
  return steady + offset;
}
