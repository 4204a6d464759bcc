import { closest, distance } from "fastest-levenshtein";

/**
 * The known word that a misspelt one most likely meant, or undefined when none is near:
 * at most one edit for every three characters, so `comand` finds `command` and `foo` finds nothing.
 */
export function suggestWord(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(word.toLowerCase(), known);
  const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
  return distance(word.toLowerCase(), candidate) <= limit ? candidate : undefined;
}
