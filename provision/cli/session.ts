import type { InventoryHost } from "../inventory/inventory.ts";
import { Connections } from "../run/connections.ts";
import { exitCodeOf, type HostOutcome } from "../run/outcome.ts";
import { chooseDisplay, type Display } from "../ui/display.ts";
import { formatSummary } from "../ui/summary.ts";
import { openInventory } from "./open-inventory.ts";
import type { FleetOptions } from "./options.ts";

/** What a command on hosts works with. */
export interface Session {
  hosts: InventoryHost[];
  connections: Connections;
  display: Display;
  options: FleetOptions;
  /** a line for people: nothing of it with `--json` */
  say(text: string): void;
}

/** Runs a command's work on the selected hosts, and closes every connection whatever happens. */
export async function withSession<T>(
  options: FleetOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { hosts } = await openInventory(options);
  const connections = new Connections({ acceptNew: options.acceptNew });
  const display = chooseDisplay({ json: options.json, isTTY: process.stdout.isTTY === true });
  const say = (text: string) => {
    if (!options.json) process.stdout.write(`${text}\n`);
  };
  try {
    return await work({ hosts, connections, display, options, say });
  } finally {
    await connections.close();
  }
}

/** Prints the outcomes and says with which code to exit. */
export function reportOutcomes(session: Session, outcomes: HostOutcome[]): number {
  session.say(`\n${formatSummary(outcomes, session.options.diff === true)}`);
  return exitCodeOf(outcomes);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
