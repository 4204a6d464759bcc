type Raw = Readonly<Record<string, unknown>>;

const words: readonly string[] = ["hourly", "daily", "weekly"];

/** The list form's `interval`: a word, or minutes. */
export function convertInterval({ interval, ...task }: Raw): Raw {
  if (interval === undefined) return task;
  const word = String(interval);
  if (words.includes(word)) return { ...task, schedule: `@${word}` };
  return { ...task, every: /^\d+(\.\d+)?$/.test(word) ? `${word}m` : word };
}
