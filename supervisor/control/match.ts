import { suggestWord } from "../config/suggest.ts";
import { UserError } from "../config/user-error.ts";
import { wildcard } from "../config/wildcard.ts";
import type { Entry } from "../runtime/entry.ts";

/**
 * The instances that names mean: a task, an instance, a wildcard (`worker_*`), or `all`.
 * @throws UserError when a name means nothing
 */
export function matchEntries(entries: readonly Entry[], names: readonly string[]): Entry[] {
  const found = names.flatMap((name) => {
    const matches = entries.filter(({ spec }) => isMatch(spec.name, spec.task, name));
    if (matches.length > 0 || name === "all") return matches;
    const near = suggestWord(name, [...new Set(entries.flatMap(({ spec }) => [spec.name, spec.task]))]);
    const hint = near === undefined ? "longshorectl status lists the tasks" : `did you mean "${near}"?`;
    throw new UserError("unknown_task", `no task is named ${JSON.stringify(name)}`, { hint });
  });
  return [...new Set(found)];
}

/** Whether these names mean an instance; no name means all. */
export function isNamed({ spec }: Entry, names: readonly string[]): boolean {
  return names.length === 0 || names.some((name) => isMatch(spec.name, spec.task, name));
}

function isMatch(instance: string, task: string, wanted: string): boolean {
  if (wanted === "all" || wanted === instance || wanted === task) return true;
  return /[*?]/.test(wanted) && wildcard(wanted).test(instance);
}
