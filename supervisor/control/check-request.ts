import { suggestWord } from "../../shared/suggest.ts";
import { UserError } from "../../shared/user-error.ts";
import { routeParameters } from "../protocol/route-parameters.ts";

/**
 * Checks the query of a request: a parameter that means nothing is one that somebody has misspelt.
 * @param route method and path
 * @throws UserError for a parameter that the route does not have, or that is given twice
 */
export function checkQuery(route: string, query: URLSearchParams): void {
  const known = Object.keys(routeParameters[route] ?? {});
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) throw unknownWord("query parameter", name, known);
    if (name !== "name" && query.getAll(name).length > 1)
      throw new UserError("bad_request", `the query parameter ${name} is given more than once`);
  }
}

/** @param known the words that are meant here; with none, nothing can be given */
export function unknownWord(what: string, word: string, known: readonly string[]): UserError {
  const near = suggestWord(word, known);
  const all = known.length === 0 ? "this route takes none" : `this route takes ${known.join(", ")}`;
  const hint = near === undefined ? all : `did you mean "${near}"?`;
  return new UserError("bad_request", `unknown ${what} ${JSON.stringify(word)}`, { hint });
}
