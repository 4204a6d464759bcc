/** A part of a value of a supervisord.conf: a text, or an expression such as `%(process_num)02d`. */
export type ExpressionPart = string | Expression;

export interface Expression {
  readonly name: string;
  /** how it is padded: `-` to the left, `0` with zeros */
  readonly flags: string;
  readonly width: number;
  /** `s`, `d` or `i` */
  readonly type: string;
}

const expression = /%(?:(%)|\(([^)]*)\)([-0 +#]*)(\d*)(?:\.\d+)?([sdi]))/y;

/** Takes a value apart as Python's `%` does; a text says what it cannot read. */
export function parseExpressions(text: string): ExpressionPart[] | { readonly fault: string } {
  const parts: ExpressionPart[] = [];
  let literal = "";
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "%") {
      const next = text.indexOf("%", at);
      const end = next < 0 ? text.length : next;
      literal += text.slice(at, end);
      at = end;
      continue;
    }
    expression.lastIndex = at;
    const match = expression.exec(text);
    if (match === null) {
      const shown = JSON.stringify(text.slice(at, at + 20));
      return { fault: `${shown} is no %(name)s; a percent sign is written %%` };
    }
    at += match[0].length;
    const [, percent, name = "", flags = "", width = "", type = ""] = match;
    if (percent !== undefined) literal += "%";
    else {
      if (literal !== "") parts.push(literal);
      literal = "";
      parts.push({ name, flags, width: Number(width), type });
    }
  }
  return literal === "" ? parts : [...parts, literal];
}

/** The expressions of a name in a value. */
export function listExpressions(text: string, name: string): Expression[] {
  const parts = parseExpressions(text);
  return "fault" in parts
    ? []
    : parts.filter((part): part is Expression => typeof part !== "string" && part.name === name);
}

/** Whether an expression is the bare number or text, without padding. */
export function isPlain({ width }: Expression): boolean {
  return width === 0;
}

/** A number or text as Python formats it. */
export function formatExpression(value: string | number, { flags, width, type }: Expression): string {
  const text = String(value);
  if (flags.includes("-")) return text.padEnd(width);
  return text.padStart(width, flags.includes("0") && type !== "s" ? "0" : " ");
}
