/** The longest time that a timer runs without a look at the clock (ms). */
const longestNap = 60_000;

/**
 * Calls back at a time of the wall clock. Timers count monotonic time, stop while a machine sleeps, and overflow after
 * 24 days; so this looks at the clock at least once a minute.
 * @returns cancels the alarm
 */
export function setAlarm(at: Date, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const nap = (): void => {
    const rest = at.getTime() - Date.now();
    if (rest <= 0) callback();
    else timer = setTimeout(nap, Math.min(rest, longestNap));
  };
  timer = setTimeout(nap, 0);
  return () => clearTimeout(timer);
}
