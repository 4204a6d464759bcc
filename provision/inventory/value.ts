/** A variable's value, as an inventory can hold it. */
export type VariableValue =
  | string
  | number
  | boolean
  | null
  | VariableValue[]
  | { [key: string]: VariableValue };

const WORDS: Record<string, VariableValue> = { True: true, False: false, None: null };

/**
 * Types an inventory value as Ansible does: a Python literal becomes its value, anything else stays text.
 * `true` in lower case stays text, as in Ansible.
 */
export function parseValue(text: string): VariableValue {
  if (Object.hasOwn(WORDS, text)) return WORDS[text] ?? null;
  if (/^[+-]?(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  if (/^[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d+)?$/.test(text) && /[.eE]/.test(text)) return Number(text);
  const quoted = /^(['"])((?:(?!\1)[^\\])*)\1$/.exec(text);
  return quoted?.[2] ?? text;
}
