/**
 * Whether output is coloured: in a terminal, and elsewhere where FORCE_COLOR asks for it. NO_COLOR (https://no-color.org)
 * wins over both. A CI server alone is no reason: its log is read by programs, too.
 */
export function wantsColors(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0";
  return isTerminal && env.TERM !== "dumb";
}
