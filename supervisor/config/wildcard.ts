/** Tells whether the whole of a name fits a pattern. */
export interface Wildcard {
  test(name: string): boolean;
}

/**
 * A pattern in which `*` stands for any text and `?` for any one character; it must fit the whole of a name. It takes at most
 * as many steps as the pattern and the name have characters, multiplied: a regular expression of many stars takes years.
 */
export function wildcard(pattern: string): Wildcard {
  const wanted = [...pattern];
  return { test: (name) => fits(wanted, [...name]) };
}

/** Goes back to the last star alone: what an earlier one could take more of, the last one can take too. */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let [at, from] = [0, 0];
  let star: { readonly at: number; from: number } | undefined;
  while (from < name.length) {
    if (pattern[at] === "*") {
      star = { at, from };
      at += 1;
    } else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[from])) {
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
