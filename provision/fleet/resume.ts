import { writeCommand } from "./command-line.ts";

/**
 * The command line that goes on with the hosts that are not done.
 *
 * @param args what the program was called with, without node and the program's file
 * @param hosts names of the inventory
 */
export function resumeCommand(args: readonly string[], hosts: readonly string[]): string {
  return writeCommand([...withoutLimit(args), "--limit", hosts.join(",")]);
}

function withoutLimit(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg === "--limit" || arg === "-l") at += 1;
    else if (!arg.startsWith("--limit=") && !/^-l./.test(arg)) kept.push(arg);
  }
  return kept;
}
