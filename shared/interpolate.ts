/** Names and their values; undefined is "not set". */
export type Variables = Readonly<Record<string, string | undefined>>;

export type Interpolated =
  | { readonly ok: true; readonly value: string; readonly unset: readonly string[] }
  | { readonly ok: false; readonly message: string };

const BRACED = /\$[${]/;
const BRACED_OR_BARE = /\$(?:[${]|[A-Za-z_]\w*)/;
const INNER = /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s;

/**
 * Replaces `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME:+other}` and `$$`, as Compose
 * does (https://docs.docker.com/reference/compose-file/interpolation/); a default may hold variables again. A `$` that
 * begins none of these stays: `$(date)` and `$HOME` belong to the shell. An unset name becomes empty and is listed in `unset`.
 *
 * @param options.bare `$NAME` is a variable too: in compose files, which no shell reads
 */
export function interpolate(
  text: string,
  variables: Variables,
  { bare = false }: { bare?: boolean } = {},
): Interpolated {
  const reader = new Interpolation(variables, bare ? BRACED_OR_BARE : BRACED);
  const value = reader.fill(text);
  return reader.problem === undefined
    ? { ok: true, value, unset: reader.unset }
    : { ok: false, message: reader.problem };
}

/** No text that people write comes near. */
const deepest = 50;

class Interpolation {
  readonly unset: string[] = [];
  problem: string | undefined;

  constructor(
    readonly variables: Variables,
    readonly expression: RegExp,
  ) {}

  /** @param depth in how many defaults of others the text stands */
  fill(text: string, depth = 0): string {
    if (depth > deepest)
      return this.refuse(text.slice(0, 40), `variables stand in each other more than ${deepest} deep`);
    let filled = "";
    let rest = text;
    for (let match = this.expression.exec(rest); match !== null; match = this.expression.exec(rest)) {
      const [token] = match;
      const after = rest.slice(match.index + token.length);
      const end = token === "${" ? findClosingBrace(after) : 0;
      if (end === -1) return this.refuse(token + after);
      filled += rest.slice(0, match.index);
      if (token === "$$") filled += "$";
      else filled += this.valueOf(token === "${" ? after.slice(0, end) : token.slice(1), depth + 1);
      rest = token === "${" ? after.slice(end + 1) : after;
    }
    return filled + rest;
  }

  private refuse(
    text: string,
    reason = "write ${NAME} or ${NAME:-default}, and $$ for a dollar sign",
  ): string {
    this.problem ??= `cannot read ${JSON.stringify(text)}; ${reason}`;
    return "";
  }

  /** @param body what stands between the braces */
  private valueOf(body: string, depth: number): string {
    const [, name, operator = "", operand = ""] = INNER.exec(body) ?? [];
    if (name === undefined) return this.refuse(`\${${body}}`);
    const found = Object.hasOwn(this.variables, name) ? this.variables[name] : undefined;
    const isPresent = found !== undefined && !(operator.startsWith(":") && found === "");
    if (operator.endsWith("+")) return isPresent ? this.fill(operand, depth) : "";
    if (isPresent) return found;
    if (operator.endsWith("-")) return this.fill(operand, depth);
    if (operator.endsWith("?"))
      this.problem ??= `\${${name}} is not set${operand === "" ? "" : `: ${this.fill(operand, depth)}`}`;
    else this.unset.push(name);
    return "";
  }
}

/** Where the brace is closed that was opened before `text`, past those of variables in a default; -1 where it is not. */
function findClosingBrace(text: string): number {
  let open = 1;
  for (const { 0: token, index } of text.matchAll(/\$\{|\}/g)) {
    open += token === "}" ? -1 : 1;
    if (open === 0) return index;
  }
  return -1;
}
