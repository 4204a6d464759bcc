/** What `longshored convert` reads. */
export const dialects = [
  "yaml",
  "supervisord",
  "procfile",
  "crontab",
  "system-crontab",
  "supercronic",
  "anacrontab",
] as const;
export type Dialect = (typeof dialects)[number];
