import { UserError } from "../../shared/user-error.ts";
import { makePlain } from "../../shared/visible-text.ts";
import type { Planner } from "../fleet/action.ts";
import { writeCommand } from "../fleet/command-line.ts";
import { eachHost } from "../fleet/each-host.ts";
import { describeError } from "../fleet/host-error.ts";
import { askVisibly, isInteractive } from "../ui/ask.ts";
import { printErr } from "../ui/terminal.ts";
import type { Session } from "./session/session.ts";

export interface Removal {
  stack: string;
  planner: Planner;
  /** the data in volumes is lost too */
  volumes: boolean;
}

/**
 * Where nobody can be asked, a removal wants to be called for with `--yes`.
 *
 * @throws UserError `no_terminal` with the line to write
 */
export function requireAnswer(args: readonly string[]): void {
  if (isInteractive()) return;
  const message = "cannot ask whether to remove the stack: this is no terminal, and nothing was removed";
  throw new UserError("no_terminal", message, {
    hint: `\`${writeCommand([...args, "--check"])}\` shows what would go. To remove it, write: ${writeCommand([...args, "--yes"])}`,
  });
}

/**
 * Shows what goes from each host, as the hosts say it, and asks for the stack's name. False where the answer is another one,
 * or where there is nothing to remove; nothing has been removed then.
 */
export async function confirmRemoval(
  { hosts, connections, options }: Session,
  { stack, planner, volumes }: Removal,
): Promise<"yes" | "no" | "nothing"> {
  const findings = await eachHost(hosts, options.forks, async (host) => {
    try {
      const actions = await planner(await connections.get(host));
      return { name: host.name, lines: actions.map(({ title }) => title), isRead: true };
    } catch (error) {
      return { name: host.name, lines: [`cannot be read: ${describeError(error).message}`], isRead: false };
    }
  });
  if (findings.every(({ lines, isRead }) => isRead && lines.length === 0)) return "nothing";
  const shown = findings.map(({ name, lines }) =>
    [name, ...(lines.length === 0 ? ["nothing"] : lines).map((line) => `  ${makePlain(line)}`)].join("\n"),
  );
  const data = volumes
    ? "The data in the volumes is lost: certificates, history, databases."
    : "Volumes stay, with their data.";
  printErr(`This is removed:\n${shown.join("\n")}\n${data}\n`);
  const answer = await askVisibly(`Type the stack's name, ${stack}, to remove it: `);
  return answer?.trim() === stack ? "yes" : "no";
}
