import type { Command, Option } from "commander";
import { UserError } from "../../../shared/user-error.ts";

/** The way out of an option that takes one value. */
const TOGETHER: Readonly<Record<string, string>> = {
  "--inventory": "one inventory is read at a time: put the hosts into one file, or run the command for each",
  "--stack": "one stack is worked on at a time: run the command for each",
};

/**
 * Refuses an option with an empty value, which is most often a variable of a script that was not set; one whose value is the
 * next option (`deploy --log --check` would deploy); and one that is given twice with different values, of which only the
 * last would count. Options that collect their values may be repeated.
 *
 * @throws UserError `usage`, while the command line is parsed
 */
export function refuseLostValues(command: Command, collecting: readonly string[] = []): void {
  for (const option of command.options) {
    if (option.hidden || option.isBoolean()) continue;
    let before: string | undefined;
    command.on(`option:${option.name()}`, (value: string | null) => {
      if (value === null) return;
      if (isOption(value, command)) throw swallowed(option, value);
      if (value.trim() === "") throw emptyValue(option);
      const isOther = before !== undefined && before !== value;
      if (isOther && !collecting.includes(option.name())) throw givenTwice(option, before ?? "", value);
      before = value;
    });
  }
}

/** `-` and `-1` are values; what begins as a long option does, or is one of the command's own, was meant as an option. */
function isOption(value: string, command: Command): boolean {
  if (value.startsWith("--")) return true;
  const own = [...command.options, ...(command.parent?.options ?? [])];
  return own.some(({ short, hidden }) => !hidden && short === value);
}

function swallowed({ flags, long }: Option, value: string): UserError {
  return new UserError("usage", `${value} was taken for the value of ${flags}`, {
    hint: `write a value behind ${long}, and ${value} after it; a name that begins so is written ./${value}`,
  });
}

function emptyValue({ long, flags }: Option): UserError {
  const hint =
    long === "--limit"
      ? "to mean every host, leave --limit out, or write --limit all"
      : `write a value, or leave ${long} out`;
  return new UserError("usage", `the value of ${flags} is empty`, { hint });
}

function givenTwice({ long }: Option, first: string, second: string): UserError {
  const message = `${long} is given twice: ${first} and ${second}`;
  const hint =
    long === "--limit"
      ? `write --limit ${first},${second}`
      : (TOGETHER[long ?? ""] ?? "leave one of them out");
  return new UserError("usage", message, { hint });
}
