import { UserError } from "../../shared/user-error.ts";
import { filterNames, SlowExpressionError } from "./filter-names.ts";
import { parseGlob, parsePythonRegExp } from "./glob.ts";
import { listHosts } from "./group-graph.ts";
import type { Inventory, InventoryHost } from "./inventory.ts";

/**
 * The hosts that the terms of a `--limit` select, in the order of the inventory. A term is a host, a group, a glob or a `~regex`
 * over both, each but the last with a subscript (`web[0]`, `web[-1]`, `web[1:3]`, last included). The terms add up; then
 * those with `&` intersect, and those with `!` exclude. Rules: Ansible's `InventoryManager` (2.14), which passes over a term
 * that matches nothing.
 *
 * @param terms undefined selects every host
 * @throws UserError `limit_matches_nothing` for a term that matches no host and no group, and for a selection of no host;
 * `limit_syntax` for a term that cannot be read; `limit_slow` for an expression that takes too long
 */
export function selectHosts(inventory: Inventory, terms: readonly string[] | undefined): InventoryHost[] {
  if (terms === undefined) return inventory.hosts;
  const isPlain = (term: string) => !/^[!&]/.test(term);
  const added = terms.filter(isPlain).map((term) => matchPlain(inventory, term));
  const kept = (sign: string) =>
    terms.filter((term) => term.startsWith(sign)).map((term) => new Set(matchTerm(inventory, term.slice(1))));
  const [required, excluded] = [kept("&"), kept("!")];
  const wanted = added.length === 0 ? undefined : new Set(added.flat());
  const selected = inventory.hosts.filter(
    ({ name }) =>
      (wanted === undefined || wanted.has(name)) &&
      required.every((hosts) => hosts.has(name)) &&
      !excluded.some((hosts) => hosts.has(name)),
  );
  if (selected.length > 0) return selected;
  throw new UserError(
    "limit_matches_nothing",
    `--limit ${terms.join(",")} matches no host of the inventory`,
    {
      hint: "`longshore inventory --graph` shows its groups and hosts",
    },
  );
}

/** A host's own name comes before any reading of it as a pattern. */
function matchPlain(inventory: Inventory, term: string): string[] {
  return inventory.hosts.some(({ name }) => name === term) ? [term] : matchTerm(inventory, term);
}

/** Names for this machine: each finds the host that has another of them. */
const LOCALHOST = ["localhost", "127.0.0.1", "::1"];

function matchTerm(inventory: Inventory, term: string): string[] {
  const { pattern, subscript } = splitSubscript(term);
  const choose = compile(pattern, term);
  const groups = choose([...inventory.groups.keys()]);
  const ofGroups = groups.flatMap((name) => listHosts(inventory.groups, name));
  // A group's plain name is not looked for among the hosts.
  const isPattern = /^~|[.?*[]/.test(pattern);
  const names = inventory.hosts.map(({ name }) => name);
  const own = groups.length === 0 || isPattern ? choose(names) : [];
  const local = LOCALHOST.includes(pattern) ? names.find((name) => LOCALHOST.includes(name)) : undefined;
  if (groups.length === 0 && own.length === 0 && local !== undefined) return [local];
  if (groups.length === 0 && own.length === 0) throw matchesNothing(term, inventory);
  const hosts = [...ofGroups, ...own];
  const chosen = subscript === undefined ? hosts : subscript(hosts);
  if (hosts.length > 0 && chosen.length === 0) throw matchesNothing(term, inventory);
  return chosen;
}

function matchesNothing(term: string, { groups, hosts }: Inventory): UserError {
  const known = [...groups.keys(), ...hosts.map(({ name }) => name)];
  const listed = known.length > 20 ? `${known.slice(0, 20).join(", ")}, …` : known.join(", ");
  return new UserError("limit_matches_nothing", `"${term}" of --limit matches no host and no group`, {
    hint: `known: ${listed}`,
  });
}

function compile(pattern: string, term: string): (names: string[]) => string[] {
  const choose = refusing(term, () => {
    if (pattern.startsWith("~")) {
      const expression = parsePythonRegExp(pattern.slice(1));
      return (names: string[]) => filterNames(expression, names);
    }
    const glob = parseGlob(pattern);
    return (names: string[]) => names.filter((name) => glob.test(name));
  });
  return (names) => refusing(term, () => choose(names));
}

/** @throws UserError `limit_syntax`, `limit_slow` in the place of what cannot be read or takes too long */
function refusing<T>(term: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof SlowExpressionError) {
      throw new UserError("limit_slow", `cannot match "${term}" of --limit: ${cause.message}`, {
        hint: "a repetition within a repetition, as in (a+)+, tries every way to share a name: write one of them",
        cause,
      });
    }
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UserError("limit_syntax", `cannot read "${term}" of --limit: ${cause.message}`, {
      hint: "a comma or a colon ends a term, within an expression too",
      cause,
    });
  }
}

type Subscript = (hosts: string[]) => string[];

/** Takes `[0]`, `[-1]`, `[1:3]`, `[1:]` off a pattern; a regular expression keeps its brackets. */
function splitSubscript(term: string): { pattern: string; subscript: Subscript | undefined } {
  const match = term.startsWith("~") ? null : /^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/.exec(term);
  if (match === null) return { pattern: term, subscript: undefined };
  const [, pattern = "", index, first, last] = match;
  const subscript: Subscript = (hosts) => {
    if (index === undefined) return hosts.slice(Number(first), last === "" ? undefined : Number(last) + 1);
    const host = hosts.at(Number(index));
    return host === undefined ? [] : [host];
  };
  return { pattern, subscript };
}
