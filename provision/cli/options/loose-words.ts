import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../shared/user-error.ts";
import { writeCommand } from "../../fleet/command-line.ts";
import { COMPOSE_FILES } from "../../stack/compose-file-names.ts";

/**
 * Refuses words that no command takes, such as `deploy web1`, with the option that was most likely meant. For an empty one,
 * often a variable of a script that was not set, no line is guessed: it might mean every host.
 *
 * @throws UserError `usage`
 */
export function refuseLooseWords(command: Command, args: readonly string[]): void {
  const [word] = command.args;
  if (word === undefined) return;
  const name = command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name();
  if (command.args.some((each) => each.trim() === ""))
    throw new UserError("usage", `${name} takes options only, and one of its arguments is empty`, {
      hint: "is a variable of a script not set? Leave the empty word out",
    });
  const option = guessOption(command, word);
  const rest = args.filter((arg) => arg !== "--" && !command.args.includes(arg));
  const hint =
    option === undefined
      ? `\`longshore ${name} --help\` lists its options`
      : `write: ${writeCommand([...rest, ...option])}`;
  const words = command.args.join(" ");
  throw new UserError("usage", `${name} takes options only: too many arguments (${words})`, {
    hint,
  });
}

function guessOption(command: Command, word: string): string[] | undefined {
  const has = (long: string) => command.options.some((option) => option.long === long);
  const folder = [word, join("compose", word)].find(isStack);
  if (folder !== undefined && has("--stack")) return ["--stack", folder];
  return has("--limit") ? ["--limit", command.args.join(",")] : undefined;
}

function isStack(folder: string): boolean {
  return COMPOSE_FILES.some((name) => existsSync(join(folder, name)));
}
