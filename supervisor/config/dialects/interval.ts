type Raw = Readonly<Record<string, unknown>>;

const words: readonly string[] = ["hourly", "daily", "weekly"];

/** The list form's `interval`: a word, or minutes. */
export function convertInterval({ interval, ...task }: Raw): Raw {
  if (interval === undefined) return task;
  const word = String(interval);
  return words.includes(word) ? { ...task, schedule: `@${word}` } : { ...task, every: `${word}m` };
}
