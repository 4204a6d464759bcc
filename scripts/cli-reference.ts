import type { Argument, Command, Option } from "commander";

/** A program's commands and options as Markdown, from the definitions that the program itself runs with. */
export function renderProgram(program: Command): string {
  const visible = program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help");
  const commands = visible.map((command) => renderCommand(program.name(), command));
  return [`## ${program.name()}`, program.description(), ...tablesOf(program), ...commands]
    .filter((part) => part !== "")
    .join("\n\n");
}

function renderCommand(program: string, command: Command): string {
  const options = command.options.filter((option) => !option.hidden);
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
    ...tablesOf(command),
    ...command.commands.map((nested) => renderCommand(`${program} ${command.name()}`, nested)),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function tablesOf(command: Command): string[] {
  const options = command.options.filter((option) => !option.hidden);
  return [
    table("argument", command.registeredArguments.map(describeArgument)),
    table("option", options.map(describeOption)),
  ];
}

function describeArgument(argument: Argument): [string, string] {
  const { description, defaultValue: fallback } = argument;
  return [
    formatArgument(argument),
    fallback === undefined ? description : `${description} (default: ${fallback})`,
  ];
}

function describeOption(option: Option): [string, string] {
  const fallback = option.defaultValue;
  const isWorthSaying = fallback !== undefined && typeof fallback !== "boolean";
  const unsaid = (option.argChoices ?? []).filter((choice) => !option.description.includes(choice));
  const choices = unsaid.length === 0 ? "" : `: ${unsaid.join(", ")}`;
  const byDefault = isWorthSaying ? ` (default: ${option.defaultValueDescription ?? fallback})` : "";
  return [option.flags, `${option.description}${choices}${byDefault}`];
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
