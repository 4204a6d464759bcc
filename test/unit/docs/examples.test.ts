import type { Command } from "commander";
import { split } from "shlex";
import { describe, expect, test } from "vitest";
import { EXAMPLES } from "../../../provision/cli/examples.ts";
import { makeProgram } from "../../../provision/cli/program.ts";
import { nameOf } from "../../../shared/clear-help.ts";
import { createClientProgram } from "../../../supervisor/ctl/client-program.ts";
import { clientExamples } from "../../../supervisor/ctl/examples.ts";
import { daemonExamples } from "../../../supervisor/daemon-examples.ts";
import { createDaemonProgram } from "../../../supervisor/daemon-program.ts";

const paths = { socket: "/run/s", stateDir: "/var/lib/s" };

/** Every command that acts, by the name that examples know it by. */
function commandsOf(program: Command): Command[] {
  const nested = program.commands.filter((command) => command.name() !== "help").flatMap(commandsOf);
  return program.commands.length > 0 && program.registeredArguments.length === 0
    ? nested
    : [program, ...nested];
}

/** Whether a word is an option of the command or of its program; short flags may stand alone only. */
function knows(command: Command, word: string): boolean {
  const flag = word.split("=")[0];
  const all = [
    ...command.options,
    ...(command.parent?.options ?? []),
    ...(command.parent?.parent?.options ?? []),
  ];
  return all.some(({ short, long }) => short === flag || long === flag);
}

describe.each([
  ["longshore", makeProgram(() => {}), EXAMPLES],
  ["longshorectl", createClientProgram(paths, async () => {}), clientExamples],
  ["longshored", createDaemonProgram(paths), daemonExamples],
] as const)("examples of %s", (program, root, examples) => {
  const commands = new Map(commandsOf(root).map((command) => [nameOf(command), command]));

  test("are of commands that there are", () => {
    expect(Object.keys(examples).filter((name) => !commands.has(name))).toEqual([]);
  });

  test("every command that takes something but --json and --help has two", () => {
    const without = [...commands]
      .filter(([, command]) => command.registeredArguments.length > 0 || command.options.length > 1)
      .filter(([name]) => examples[name]?.length !== 2)
      .map(([name]) => name);
    expect(without.filter((name) => !["complete", "completion"].includes(name))).toEqual([]);
  });

  test.each(
    Object.entries(examples).flatMap(([name, lines]) => lines.map(([line]) => [line, name] as const)),
  )("%s", (line, name) => {
    const [first, ...words] = split(line.replace(/ > .*/, ""));
    expect(first).toBe(program);
    const command = commands.get(name) as Command;
    const own = name === program ? [] : name.split(" ");
    expect(words.slice(0, own.length)).toEqual(own);
    const options = words.filter((word) => word.startsWith("-"));
    expect(options.filter((word) => !knows(command, word))).toEqual([]);
  });
});
