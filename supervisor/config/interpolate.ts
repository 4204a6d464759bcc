/** Names and their values; undefined is "not set". */
export type Variables = Readonly<Record<string, string | undefined>>;

export type Interpolated =
  | { readonly ok: true; readonly value: string; readonly unset: readonly string[] }
  | { readonly ok: false; readonly message: string };

const expression = /\$(?:\$|\{([^}]*)(\}?))/g;
const inner = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])(.*))?$/s;

/**
 * Replaces `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME:+other}` and `$$`, as Compose
 * does (https://docs.docker.com/reference/compose-file/interpolation/). A `$` that begins none of these stays: `$(date)`
 * and `$HOME` belong to the shell. An unset name becomes empty and is listed in `unset`.
 */
export function interpolate(text: string, variables: Variables): Interpolated {
  const unset: string[] = [];
  let problem: string | undefined;
  const value = text.replace(expression, (whole, body: string | undefined, close: string | undefined) => {
    if (body === undefined) return "$";
    const match = close === "" ? null : inner.exec(body);
    if (match === null) {
      problem ??= `cannot read ${JSON.stringify(whole)}; write \${NAME} or \${NAME:-default}, and $$ for a dollar sign`;
      return "";
    }
    const [, name = "", operator, operand = ""] = match;
    const found = variables[name];
    const present = found !== undefined && !(operator?.startsWith(":") && found === "");
    if (operator?.endsWith("+")) return present ? operand : "";
    if (present) return found;
    if (operator?.endsWith("-")) return operand;
    if (operator?.endsWith("?")) problem ??= `\${${name}} is not set${operand === "" ? "" : `: ${operand}`}`;
    else unset.push(name);
    return "";
  });
  return problem === undefined ? { ok: true, value, unset } : { ok: false, message: problem };
}
