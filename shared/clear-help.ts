import { type Command, Help, type HelpConfiguration, type Option } from "commander";

/** Lines that somebody would write, each with what it does. */
export type Examples = Readonly<Record<string, readonly (readonly [line: string, does: string])[]>>;

/**
 * How the programs show `--help`: what is looked for most comes first, defaults that say nothing are left out, and options of the
 * whole program are shown with each command.
 *
 * @param common the long names of options that come first, in this order
 */
export function clearHelp(common: readonly string[]): HelpConfiguration {
  const base = new Help();
  const rank = ({ long }: Option): number => {
    const index = common.indexOf(long ?? "");
    return index < 0 ? common.length : index;
  };
  return {
    showGlobalOptions: true,
    visibleOptions: (command) => base.visibleOptions(command).sort((a, b) => rank(a) - rank(b)),
    optionDescription: describeOption,
  };
}

/** An option's description, with its choices and its default where these say something. */
export function describeOption({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const unsaid = (argChoices ?? []).filter((choice) => !description.includes(choice));
  const choices = unsaid.length === 0 ? "" : `: ${unsaid.join(", ")}`;
  const isWorthSaying = defaultValue !== undefined && typeof defaultValue !== "boolean";
  return `${description}${choices}${isWorthSaying ? ` (default: ${defaultValueDescription ?? defaultValue})` : ""}`;
}

/** The examples of a command as they stand below its help and on its page, indented by `indent`. */
export function formatExamples(lines: Examples[string], indent: string): string {
  const width = Math.max(...lines.map(([line]) => line.length));
  return lines.map(([line, does]) => `${indent}${line.padEnd(width)}  # ${does}`).join("\n");
}

/** Puts examples below the help of the commands that have some. */
export function addExamples(program: Command, examples: Examples): void {
  for (const command of listCommands(program)) {
    const lines = examples[nameOf(command)];
    if (lines !== undefined) command.addHelpText("after", `\nExamples:\n${formatExamples(lines, "  ")}`);
  }
}

/** The name by which {@link Examples} know a command: `hosts trust`; that of the program for the program itself. */
export function nameOf(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${nameOf(parent)} ${command.name()}` : command.name();
}

function listCommands(program: Command): Command[] {
  return [program, ...program.commands.flatMap(listCommands)];
}
