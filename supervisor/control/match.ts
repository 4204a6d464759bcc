import { suggestWord } from "../../shared/suggest.ts";
import { UserError } from "../../shared/user-error.ts";
import { wildcard } from "../../shared/wildcard.ts";
import type { Entry } from "../runtime/entry.ts";

/**
 * The instances that names mean: a task, an instance, a wildcard (`worker_*`), a group, or `all`.
 * @throws UserError when a name means nothing
 */
export function matchEntries(entries: readonly Entry[], names: readonly string[]): Entry[] {
  const found = names.flatMap((name) => {
    const matches = entriesNamed(entries, name);
    if (matches.length > 0 || name === "all") return matches;
    const near = suggestWord(name, [...new Set(entries.flatMap(namesOf))]);
    const hint = near === undefined ? "longshorectl status lists the tasks" : `did you mean "${near}"?`;
    throw new UserError("unknown_task", `no task is named ${JSON.stringify(name)}`, { hint });
  });
  return [...new Set(found)];
}

/** Whether these names mean one of these instances; no name means all. */
export function isNamed(entry: Entry, entries: readonly Entry[], names: readonly string[]): boolean {
  return names.length === 0 || names.some((name) => entriesNamed(entries, name).includes(entry));
}

/** A group that has the name of a task can be reached by the names of its tasks alone. */
function entriesNamed(entries: readonly Entry[], name: string): Entry[] {
  const matches = entries.filter(({ spec }) => isMatch(spec.name, spec.task, name));
  return matches.length > 0 ? matches : entries.filter(({ spec }) => spec.settings.group === name);
}

function namesOf({ spec }: Entry): string[] {
  const { group } = spec.settings;
  return [spec.name, spec.task, ...(group === undefined ? [] : [group])];
}

function isMatch(instance: string, task: string, wanted: string): boolean {
  if (wanted === "all" || wanted === instance || wanted === task) return true;
  return /[*?]/.test(wanted) && wildcard(wanted).test(instance);
}
