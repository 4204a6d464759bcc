/** setTimeout takes no longer times (ms): it would call back at once. */
export const longestTimer = 2 ** 31 - 1;

/**
 * Calls back after a duration that may be longer than a timer's. A change of the clock does not matter.
 * @returns cancels it
 */
export function setTimeLimit(milliseconds: number, callback: () => void): () => void {
  const end = performance.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    const rest = end - performance.now();
    timer = setTimeout(rest > longestTimer ? arm : callback, Math.min(Math.max(rest, 0), longestTimer));
  };
  arm();
  return () => clearTimeout(timer);
}
