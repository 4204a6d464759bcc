import type { Argument, Command, Option } from "commander";

/** A program's commands and options as Markdown, from the definitions that the program itself runs with. */
export function renderProgram(program: Command): string {
  const common = table("option", program.options.map(describeOption));
  const commands = program.commands.map((command) => renderCommand(program.name(), command));
  return [`## ${program.name()}`, program.description(), common, ...commands]
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
    table(
      "argument",
      command.registeredArguments.map((argument) => [formatArgument(argument), argument.description]),
    ),
    table("option", options.map(describeOption)),
    ...command.commands.map((nested) => renderCommand(`${program} ${command.name()}`, nested)),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function describeOption(option: Option): [string, string] {
  const fallback = option.defaultValue;
  const isWorthSaying = fallback !== undefined && typeof fallback !== "boolean";
  return [
    option.flags,
    isWorthSaying
      ? `${option.description} (default: ${option.defaultValueDescription ?? fallback})`
      : option.description,
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
