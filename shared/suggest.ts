import { closest, distance } from "fastest-levenshtein";

/**
 * The known word that a misspelt one most likely meant, or undefined when none is near:
 * at most one edit for every three characters, so `comand` finds `command`, and `b` does not find `a`. Two neighbours that have
 * changed places are one slip: `prot` finds `port`.
 */
export function suggestWord(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const swapped = known.find((each) => isSwap(word.toLowerCase(), each));
  if (swapped !== undefined) return swapped;
  const candidate = closest(word.toLowerCase(), known);
  const limit = Math.floor(Math.max(word.length, candidate.length) / 3);
  return distance(word.toLowerCase(), candidate) <= limit ? candidate : undefined;
}

function isSwap(word: string, other: string): boolean {
  if (word.length !== other.length) return false;
  const at = [...word].findIndex((char, index) => char !== other.charAt(index));
  return (
    at >= 0 &&
    word.charAt(at) === other.charAt(at + 1) &&
    word.charAt(at + 1) === other.charAt(at) &&
    word.slice(at + 2) === other.slice(at + 2)
  );
}
