import { UserError } from "../../supervisor/config/user-error.ts";
import type { Inventory, InventoryHost } from "./inventory.ts";

/**
 * The hosts that `--limit` selects, in inventory order. Terms are separated by `,` or `:`; `!term` excludes, `&term` intersects;
 * a term is a host, a group, `all`, or a glob of either.
 *
 * @throws UserError `limit_matches_nothing`: Ansible ends with 0 there, and a typo goes unnoticed
 */
export function selectHosts(inventory: Inventory, limit: string | undefined): InventoryHost[] {
  if (limit === undefined) return inventory.hosts;
  const terms = limit
    .split(/[,:]/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
  const match = (kind: "" | "&" | "!") =>
    terms
      .filter((term) => kind === (/^[!&]/.exec(term)?.[0] ?? ""))
      .map((term) => new Set(matchTerm(inventory, term.slice(kind.length), limit)));
  const [included, required, excluded] = [match(""), match("&"), match("!")];
  const selected = inventory.hosts.filter(
    ({ name }) =>
      (included.length === 0 || included.some((hosts) => hosts.has(name))) &&
      required.every((hosts) => hosts.has(name)) &&
      !excluded.some((hosts) => hosts.has(name)),
  );
  if (selected.length > 0) return selected;
  throw new UserError("limit_matches_nothing", `--limit ${limit} matches no host of the inventory`);
}

function matchTerm(inventory: Inventory, term: string, limit: string): string[] {
  const pattern = globToRegExp(term);
  const groups = [...inventory.groups].filter(([name]) => pattern.test(name)).flatMap(([, hosts]) => hosts);
  const hosts = inventory.hosts.filter((host) => pattern.test(host.name)).map((host) => host.name);
  const matched = [...new Set([...groups, ...hosts])];
  if (matched.length > 0) return matched;
  throw new UserError("limit_matches_nothing", `"${term}" of --limit ${limit} matches no host and no group`, {
    hint: `hosts: ${inventory.hosts.map((host) => host.name).join(", ")}`,
  });
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}
