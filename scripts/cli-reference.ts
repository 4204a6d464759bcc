import type { Argument, Command, Option } from "commander";
import { describeOption, type Examples, formatExamples, nameOf } from "../shared/clear-help.ts";

/** A program's commands and options as Markdown, from the definitions that the program itself runs with. */
export function renderProgram(program: Command, examples: Examples): string {
  const visible = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
  const commands = visible.map((command) => renderCommand(program.name(), command, examples));
  const lines = examples[program.name()];
  return [
    `## ${program.name()}`,
    program.description(),
    lines === undefined ? "" : formatExamples(lines, "    "),
    ...tablesOf(program),
    ...commands,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function renderCommand(program: string, command: Command, examples: Examples): string {
  const options = optionsOf(command);
  const lines = examples[nameOf(command)];
  const usage = [
    program,
    command.name(),
    ...command.registeredArguments.map(formatArgument),
    options.length > 0 ? "[options]" : "",
  ];
  return [
    `### ${program} ${command.name()}`,
    `${capitalize(command.description())}.`,
    `    ${usage.filter(Boolean).join(" ")}`,
    lines === undefined ? "" : formatExamples(lines, "    "),
    ...tablesOf(command),
    ...command.commands.map((nested) => renderCommand(`${program} ${command.name()}`, nested, examples)),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function tablesOf(command: Command): string[] {
  const options = optionsOf(command);
  return [
    table("argument", command.registeredArguments.map(describeArgument)),
    table(
      "option",
      options.map((option): [string, string] => [option.flags, describeOption(option)]),
    ),
  ];
}

/** In the order of `--help`, without `--help` itself. */
function optionsOf(command: Command): Option[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help");
}

function describeArgument(argument: Argument): [string, string] {
  const { description, defaultValue: fallback } = argument;
  return [
    formatArgument(argument),
    fallback === undefined ? description : `${description} (default: ${fallback})`,
  ];
}

function formatArgument(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function table(head: string, rows: [string, string][]): string {
  if (rows.length === 0) return "";
  const cells = rows.map(
    ([left, right]) => `| \`${left.replaceAll("|", "\\|")}\` | ${right.replaceAll("|", "\\|")} |`,
  );
  return [`| ${head} | |`, "|---|---|", ...cells].join("\n");
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
