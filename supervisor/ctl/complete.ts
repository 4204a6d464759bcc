import type { Command } from "commander";
import type { SupervisorStatus } from "../protocol/status.ts";
import type { ControlClient } from "./client.ts";

/** What may stand in place of the last of these words of a command line: a command, an option, or a task. */
export async function completeWords(
  program: Command,
  client: ControlClient,
  words: readonly string[],
): Promise<string[]> {
  const last = words.at(-1) ?? "";
  const fitting = (candidates: readonly string[]): string[] =>
    candidates.filter((word) => word.startsWith(last));
  const visible = program.commands.filter((known) => known.name() !== "complete");
  const command = visible.find((known) => known.name() === words[0]);
  if (words.length <= 1 || command === undefined)
    return words.length <= 1 ? fitting(visible.map((known) => known.name())) : [];
  if (last.startsWith("-")) return fitting(command.options.flatMap(({ long }) => long ?? []));
  return command.registeredArguments.length === 0 ? [] : fitting(await listNames(client));
}

/** Tasks, instances and `all`; nothing when no supervisor answers: a completion must not complain. */
async function listNames(client: ControlClient): Promise<string[]> {
  try {
    const { instances } = await client.call<SupervisorStatus>("GET", "/v1/tasks");
    return [...new Set([...instances.flatMap(({ name, task }) => [task, name]), "all"])];
  } catch {
    return [];
  }
}
