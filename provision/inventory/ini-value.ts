import type { Findings, Place } from "./findings.ts";
import { parseLiteral } from "./python/python-literal.ts";
import { isFloat, type VariableValue } from "./python/value.ts";
import { isSecretName } from "./secret-name.ts";

/** How a text is written so that it stays a text: on a host line there is a shell's quoting around Python's. */
export type Quoting = (text: string) => string;
export const quoteOnHostLine: Quoting = (text) => `'"${text}"'`;
export const quoteOnce: Quoting = (text) => `"${text}"`;

/**
 * Types the text of an INI value as Ansible does: a Python literal becomes its value, anything else stays text (`true` too).
 * A value that comes out different from how it was written, such as 1.10 as 1.1, is a warning.
 */
export function parseIniValue(
  name: string,
  text: string,
  at: Place,
  findings: Findings,
  quote: Quoting,
): VariableValue {
  const tag = /^(?:!vault(?:-encrypted)?|!unsafe|\$ANSIBLE_VAULT)(?![\w-])/.exec(text)?.[0];
  if (tag !== undefined) {
    const hint = "write the variable in host_vars/HOST.yml or group_vars/GROUP.yml, beside the inventory";
    findings.refuse(at, `${tag} has its meaning in YAML only: here it would be the value itself`, hint);
    return text;
  }
  const literal = parseLiteral(text);
  if (literal === undefined) return text;
  const { value, isBareTuple } = literal;
  if (isBareTuple && isSecretName(name))
    findings.warn(at, `the value of ${name} is read as a list`, QUOTE_IT);
  else if (isBareTuple) findings.warn(at, `${text} is read as a list`, `for text write ${quote(text)}`);
  else warnOfRewriting(name, text.split("#", 1).join("").trim(), value, at, findings, quote);
  return value;
}

const QUOTE_IT = "for text write it in quotes";

/**
 * Warns where a number's text is not what was written: a version, an identifier or a mode that lost its form. What is secret
 * by its name is not repeated.
 */
export function warnOfRewriting(
  name: string,
  written: string,
  value: VariableValue,
  at: Place,
  findings: Findings,
  quote: Quoting,
): void {
  const isNumber = typeof value === "number" || typeof value === "bigint" || isFloat(value);
  if (!isNumber || String(value) === written) return;
  if (isSecretName(name))
    findings.warn(at, `the value of ${name} is read as a number, and is not what was written`, QUOTE_IT);
  else findings.warn(at, `${written} is read as the number ${value}`, `for text write ${quote(written)}`);
}
