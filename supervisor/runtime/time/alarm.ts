/** The longest time that a timer runs without a look at the clock (ms). */
const longestNap = 60_000;

/**
 * Calls back at a time of the wall clock, or within a minute after that was set back: what is due when may be another thing
 * then. Timers count monotonic time, stop while a machine sleeps, and overflow after 24 days; so this looks at the clock at
 * least once a minute.
 * @returns cancels the alarm
 */
export function setAlarm(at: Date, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  let seen = Date.now();
  const nap = (): void => {
    const now = Date.now();
    const rest = at.getTime() - now;
    if (rest <= 0 || now < seen) callback();
    else timer = setTimeout(nap, Math.min(rest, longestNap));
    seen = now;
  };
  timer = setTimeout(nap, 0);
  return () => clearTimeout(timer);
}
