/** Tells whether the whole of a name fits a pattern. */
export interface Wildcard {
  test(name: string): boolean;
}

/** A part of a pattern: any text, or one character that passes. */
export type WildcardPart = "*" | ((character: string) => boolean);

/** A pattern in which `*` stands for any text and `?` for any one character; it must fit the whole of a name. */
export function wildcard(pattern: string): Wildcard {
  return wildcardOf(
    [...pattern].map((part): WildcardPart => {
      if (part === "*") return "*";
      return part === "?" ? () => true : (character) => character === part;
    }),
  );
}

/**
 * A pattern of such parts. It takes at most as many steps as the pattern and the name have characters, multiplied: a regular
 * expression of many stars takes years.
 */
export function wildcardOf(parts: readonly WildcardPart[]): Wildcard {
  return { test: (name) => fits(parts, [...name]) };
}

/** Goes back to the last star alone: what an earlier one could take more of, the last one can take too. */
function fits(pattern: readonly WildcardPart[], name: readonly string[]): boolean {
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < name.length) {
    const part = pattern[at];
    if (part === "*") {
      star = { at, from };
      at += 1;
    } else if (part?.(name[from] ?? "")) {
      at += 1;
      from += 1;
    } else if (star !== undefined) {
      star.from += 1;
      from = star.from;
      at = star.at + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}
