const SECONDS: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90`, `1m30s` in seconds (sshd_config(5), "TIME FORMATS"); undefined for `none` and what is no time. */
export function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)]
    .map(([, count, unit = ""]) => Number(count) * (SECONDS[unit.toLowerCase()] ?? 1))
    .reduce((sum, seconds) => sum + seconds, 0);
}
