import { dirname, resolve } from "node:path";
import { splitAssignments } from "./assignments.ts";
import { escapeDollars, type Notes, type Place } from "./converted.ts";
import { type Expression, formatExpression, parseExpressions } from "./expression.ts";
import type { IniSection, IniValue } from "./ini.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What `%(name)s` may stand for beside variables: a number, or a text in our words. */
export type Expansions = Readonly<Record<string, string | number>>;

const truths = new Set(["true", "yes", "on", "1"]);
const falsehoods = new Set(["false", "no", "off", "0"]);

/** What a conversion of supervisord.conf goes by. */
export interface SupervisordContext {
  readonly notes: Notes;
  /** the variables of `convert` itself, for what has to be known now */
  readonly inherited: Variables;
  /** those that the file sets for all programs, in our words */
  readonly common: ReadonlyMap<string, string>;
}

/** Reads the values of one section. What supervisord would refuse is refused at its line. */
export class SupervisordValues {
  constructor(
    private readonly section: IniSection,
    private readonly context: SupervisordContext,
    private readonly expansions: Expansions = {},
    /** further variables that the section itself sets, in our words */
    private readonly own: ReadonlyMap<string, string> = new Map(),
  ) {}

  get keys(): readonly string[] {
    return [...this.section.values.keys()];
  }

  placeOf(key: string): Place {
    return this.section.values.get(key)?.place ?? this.section.place;
  }

  /** As it stands there, on one line. */
  raw(key: string): string | undefined {
    return this.section.values.get(key)?.text;
  }

  remark(key: string, text: string): void {
    this.context.notes.remark(this.placeOf(key), `[${this.section.name}] ${text}`);
  }

  refuse(key: string, message: string, hint?: string): undefined {
    this.context.notes.refuse(this.placeOf(key), `[${this.section.name}] ${message}`, hint);
    return undefined;
  }

  /** A value in our words: `%(ENV_HOME)s` is `${HOME?}`, which has to be set there too, and a dollar sign, which means nothing there, stays one. */
  text(key: string): string | undefined {
    return this.fill(key, escapeDollars, (part) => {
      const variable = variableOf(part);
      if (variable === undefined) return undefined;
      return this.own.get(variable) ?? this.context.common.get(variable) ?? `\${${variable}?}`;
    });
  }

  /** A value that tasks.yaml has to have in full: a variable is what it is for `convert`, or refused. */
  now(key: string): string | undefined {
    return this.fill(
      key,
      (literal) => literal,
      (part) => {
        const variable = variableOf(part);
        if (variable === undefined) return undefined;
        const found = this.context.inherited[variable] ?? this.context.common.get(variable);
        if (found === undefined) {
          const hint = `set it for convert (${variable}=… longshored convert …), or write the value there`;
          this.refuse(key, `${key}=${this.raw(key)}: ${variable} is not set`, hint);
          return "";
        }
        this.remark(
          key,
          `${key}=${this.raw(key)} is written as ${found}, the value of ${variable} for convert`,
        );
        return found;
      },
    )?.trim();
  }

  truth(key: string): boolean | undefined {
    const word = this.now(key)?.toLowerCase();
    if (word === undefined || word === "") return undefined;
    if (truths.has(word) || falsehoods.has(word)) return truths.has(word);
    return this.refuse(key, `${key}=${word}: expected true or false`);
  }

  number(key: string): number | undefined {
    const text = this.now(key);
    if (text === undefined || text === "") return undefined;
    return /^\d+$/.test(text) ? Number(text) : this.refuse(key, `${key}=${text}: expected a whole number`);
  }

  /** `A="1",B=2`, in our words. */
  assignments(key: string): Map<string, string> | undefined {
    // A variable is one word while the text is taken apart, whatever it will hold.
    const variables: string[] = [];
    const mark = (text: string): string => `\uE000${variables.push(text) - 1}\uE001`;
    const text = this.fill(
      key,
      (literal) => literal,
      (part) => {
        const variable = variableOf(part);
        return variable === undefined
          ? undefined
          : mark(this.context.common.get(variable) ?? `\${${variable}?}`);
      },
      mark,
    );
    if (text === undefined) return undefined;
    const found = splitAssignments(text);
    if (found === undefined) {
      const hint = 'write it like A="1",B="two words"';
      return this.refuse(key, `${key}=${this.raw(key)} is not a list of NAME="value"`, hint);
    }
    const unmark = (value: string): string =>
      escapeDollars(value).replace(/\uE000(\d+)\uE001/g, (_, index) => variables[Number(index)] ?? "");
    return new Map([...found].map(([name, value]) => [unmark(name), unmark(value)]));
  }

  /**
   * Replaces every expression of a value.
   * @param mark takes a known text that is in our words already
   */
  private fill(
    key: string,
    literal: (text: string) => string,
    variable: (part: Expression) => string | undefined,
    mark: (text: string) => string = (text) => text,
  ): string | undefined {
    const value = this.section.values.get(key);
    if (value === undefined) return undefined;
    const parts = parseExpressions(value.text);
    if ("fault" in parts) return this.refuse(key, `${key}: ${parts.fault}`);
    return parts
      .map((part) => {
        if (typeof part === "string") return literal(part);
        if (part.name === "here")
          this.remark(key, `%(here)s is written as ${folderOf(value)}, the folder of the file for convert`);
        const known = part.name === "here" ? folderOf(value) : ownValue(this.expansions, part.name);
        if (known !== undefined) {
          const text = formatExpression(known, part);
          return typeof known === "string" && known.startsWith("${") ? mark(text) : literal(text);
        }
        const found = variable(part);
        if (found !== undefined) return found;
        this.refuse(key, `${key}: %(${part.name})${part.type} stands for nothing here`);
        return "";
      })
      .join("");
  }
}

function variableOf({ name, type }: Expression): string | undefined {
  const [, variable] = /^ENV_(.+)$/.exec(name) ?? [];
  return type === "s" ? variable : undefined;
}

function ownValue(expansions: Expansions, name: string): string | number | undefined {
  return Object.hasOwn(expansions, name) ? expansions[name] : undefined;
}

function folderOf({ place }: IniValue): string {
  return dirname(resolve(place.file));
}
