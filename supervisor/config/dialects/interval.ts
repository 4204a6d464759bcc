type Raw = Readonly<Record<string, unknown>>;

/** The list form's `interval`: a word, or minutes. */
export function convertInterval({ interval, ...task }: Raw): Raw {
  if (interval === undefined) return task;
  const words: Readonly<Record<string, string>> = { hourly: "@hourly", daily: "@daily", weekly: "@weekly" };
  const schedule = words[String(interval)];
  return schedule === undefined ? { ...task, every: `${interval}m` } : { ...task, schedule };
}
