import { Opaque, UnsafeText, VAULT_HINT } from "./python/opaque.ts";
import { parseLiteral } from "./python/python-literal.ts";
import { isCollection, type Variables, type VariableValue } from "./python/value.ts";
import {
  type Expression,
  holdsTemplate,
  parseTemplate,
  type TemplatePart,
  UnknownTemplate,
} from "./template-syntax.ts";

/** What the templates of a host may name, beside its own variables. */
export interface TemplateScope {
  /** Ansible's own names with their values; they come before the host's variables */
  readonly magic: Variables;
  /** files of the host that ansible-vault encrypted as a whole: any variable may stand in them */
  readonly encryptedFiles: readonly string[];
}

/** More than this is a template that multiplies itself. */
const LONGEST = 1_000_000;
/** Templates that name each other in a row, and lists in lists. */
const DEEPEST = 100;
const HINT = "write the value itself";

/** Names that have a value only while Ansible runs. */
const OF_A_RUN = /^(?:hostvars|groups|vars|environment|omit|playbook_dir|role_\w+|play_hosts|ansible_\w+)$/;

/** Thrown where a template cannot be filled in; caught for the variable that holds it. */
class CannotFill extends Error {
  override readonly name = "CannotFill";
  constructor(
    message: string,
    readonly hint = HINT,
  ) {
    super(message);
  }
}

/** In place of the value of a name that is not set. */
class Missing {
  constructor(readonly name: string) {}
}

/**
 * A host's variables with their templates filled in as Ansible (2.14) does: `{{ port }}` alone keeps the type of port, text
 * around it makes a text, and what then looks like a list, a map or a truth value is one. What cannot be filled in is an
 * {@link Opaque}: an error where it is used.
 */
export function fillTemplates(written: Variables, scope: TemplateScope): Variables {
  const filling = new Filling(written, scope);
  return Object.fromEntries(Object.keys(written).map((name) => [name, filling.valueOf(name)]));
}

class Filling {
  private readonly done = new Map<string, VariableValue>();
  private readonly open: string[] = [];
  constructor(
    readonly written: Variables,
    readonly scope: TemplateScope,
  ) {}

  /** The value of a variable of the host. */
  valueOf(name: string): VariableValue {
    const known = this.done.get(name);
    if (known !== undefined) return known;
    if (this.open.includes(name)) {
      const way = [...this.open.slice(this.open.indexOf(name)), name];
      throw new CannotFill(`goes in a circle: ${way.join(" → ")}`);
    }
    if (this.open.length >= DEEPEST)
      throw new CannotFill(`leads through more than ${DEEPEST} other variables`);
    this.open.push(name);
    try {
      const value = this.fill(this.written[name] ?? null, 0);
      this.done.set(name, value);
      return value;
    } finally {
      this.open.pop();
    }
  }

  /** A value with the templates in it filled in; the ones that cannot be are opaque. */
  private fill(value: VariableValue, depth: number): VariableValue {
    if (value instanceof UnsafeText) return value.text;
    if (typeof value === "string") return holdsTemplate(value) ? this.fillText(value) : value;
    if (!isCollection(value) || depth > DEEPEST) return value;
    if (Array.isArray(value)) return value.map((item) => this.fill(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item, depth + 1)]));
  }

  private fillText(text: string): VariableValue {
    try {
      return this.render(parseTemplate(text));
    } catch (error) {
      if (error instanceof UnknownTemplate)
        return new Opaque("template", text, `its template ${error.message}`, HINT);
      if (!(error instanceof CannotFill)) throw error;
      return new Opaque("template", text, `its template ${error.message}`, error.hint);
    }
  }

  private render(parts: readonly TemplatePart[]): VariableValue {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== "string") {
      const value = this.demand(only);
      const isName = only.kind === "name";
      if (isCollection(value) || (isName && typeof value !== "string")) return value;
      return readText(formatText(value));
    }
    let text = "";
    for (const part of parts) {
      text += typeof part === "string" ? part : formatText(this.demand(part));
      if (text.length > LONGEST) throw new CannotFill(`makes a text of more than ${LONGEST} characters`);
    }
    return readText(text);
  }

  /** An expression's value; one that is not set is an error. */
  private demand(expression: Expression): VariableValue {
    const value = this.evaluate(expression);
    if (!(value instanceof Missing)) return value;
    const [file] = this.scope.encryptedFiles;
    if (file !== undefined) throw inEncryptedFile(value.name, file);
    const hint = `set ${value.name} in the inventory, or give a default: {{ ${value.name} | default('…') }}`;
    throw new CannotFill(`names ${value.name}, which is not set`, hint);
  }

  private evaluate(expression: Expression): VariableValue | Missing {
    switch (expression.kind) {
      case "literal":
        return expression.value;
      case "name":
        return this.look(expression.name);
      case "part":
        return partOf(this.evaluate(expression.of), expression.key);
      case "default":
        return this.orDefault(expression);
    }
  }

  private orDefault({
    of,
    fallback,
    ofEmpty,
  }: Extract<Expression, { kind: "default" }>): VariableValue | Missing {
    const value = this.evaluate(of);
    const [file] = this.scope.encryptedFiles;
    if (value instanceof Missing) {
      if (file !== undefined) throw inEncryptedFile(value.name, file);
      return this.evaluate(fallback);
    }
    return ofEmpty && isEmpty(value) ? this.evaluate(fallback) : value;
  }

  private look(name: string): VariableValue | Missing {
    if (Object.hasOwn(this.scope.magic, name)) return this.scope.magic[name] ?? null;
    if (Object.hasOwn(this.written, name)) {
      const value = this.valueOf(name);
      if (value instanceof Opaque) throw new CannotFill(`names ${name}: ${value.reason}`, value.hint);
      return value;
    }
    if (OF_A_RUN.test(name)) throw new CannotFill(`names ${name}, which has a value only while Ansible runs`);
    return new Missing(name);
  }
}

function inEncryptedFile(name: string, file: string): CannotFill {
  return new CannotFill(
    `names ${name}, which may stand in ${file}: ansible-vault encrypted that file`,
    VAULT_HINT,
  );
}

/** `value.key` and `value[key]`; what is not there is missing, as in Jinja. */
function partOf(value: VariableValue | Missing, key: string | number): VariableValue | Missing {
  if (value instanceof Missing) return value;
  const missing = new Missing(String(key));
  const part = isCollection(value)
    ? Array.isArray(value)
      ? typeof key === "number"
        ? value.at(key)
        : undefined
      : Object.hasOwn(value, String(key))
        ? value[String(key)]
        : undefined
    : undefined;
  if (part instanceof Opaque) throw new CannotFill(`names ${key}: ${part.reason}`, part.hint);
  return part === undefined ? missing : part;
}

/** False in Python. */
function isEmpty(value: VariableValue): boolean {
  if (isCollection(value)) return Object.keys(value).length === 0;
  return value === null || value === false || value === "" || Number(value) === 0;
}

/** A value within a text, as Python writes it; nothing for None. */
function formatText(value: VariableValue): string {
  if (value === null) return "";
  if (value === true) return "True";
  if (value === false) return "False";
  if (isCollection(value)) throw new CannotFill("puts a list or a map into a text");
  return String(value);
}

/** What Ansible makes of a filled-in text: one that looks like a list, a map or a truth value is one. */
function readText(text: string): VariableValue {
  if (text === "True") return true;
  if (text === "False") return false;
  if (!/^[[{]/.test(text)) return text;
  const literal = parseLiteral(text);
  return literal === undefined || literal.isBareTuple ? text : literal.value;
}
