import { readLimited } from "../../shared/io/read-limited.ts";
import { UserError } from "../../shared/user-error.ts";
import { parseHostAddress } from "./host-address.ts";

/**
 * The terms of a `--limit`: separated by commas, otherwise by colons where the whole is not one name (`web[1:3]`, `2001:db8::1`).
 * Rules: Ansible's `split_host_pattern`, which drops a bracket without its partner.
 *
 * @throws UserError `limit_syntax` for such a bracket
 */
export function splitLimit(limit: string): string[] {
  const parts =
    limit.includes(",") || parseHostAddress(limit) !== undefined ? limit.split(",") : splitColons(limit);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function splitColons(limit: string): string[] {
  const term = /(?:[^\s:[\]]|\[[^\]]*\])+/g;
  if (/^[\s:]*$/.test(limit.replace(term, ""))) return limit.match(term) ?? [];
  throw new UserError("limit_syntax", `cannot read --limit ${limit}: a bracket stands without its partner`);
}

/**
 * The terms of a `--limit`, with `@FILE` replaced by the lines of that file, one term each.
 *
 * @throws UserError `limit_file`; `limit_empty` where no term is left, or one is only a sign: a script's variable that was
 * not set must not mean every host
 */
export async function readLimit(limit: string): Promise<string[]> {
  const lists = splitLimit(limit).map(async (term) =>
    term.startsWith("@") ? readTerms(term.slice(1)) : [term],
  );
  const terms = (await Promise.all(lists)).flat();
  const sign = terms.find((term) => /^[!&]?~?$/.test(term));
  if (terms.length > 0 && sign === undefined) return terms;
  const what = sign === undefined ? "names no host" : `has nothing after ${sign}`;
  throw new UserError("limit_empty", `--limit "${limit}" ${what}`, {
    hint: "to mean every host, leave --limit out, or write --limit all",
  });
}

async function readTerms(file: string): Promise<string[]> {
  const bytes = await readLimited(file).catch((cause: NodeJS.ErrnoException) => {
    const message = `cannot read the file ${file} of --limit @${file}: ${cause.code ?? cause.message}`;
    throw new UserError("limit_file", message, { hint: "it has one host, group or pattern a line", cause });
  });
  return bytes
    .toString("utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
