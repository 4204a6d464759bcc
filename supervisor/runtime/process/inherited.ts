import { readFileSync } from "node:fs";
import type { Variables } from "../../../shared/interpolate.ts";
import { decodeBytes } from "../../config/task/byte-text.ts";

/** What begins the name under which a variable is set aside that is for the tasks alone. */
export const asidePrefix = "LONGSHORE_ASIDE_";

/** They name a descriptor, or a number at it, of the process that was given them: nobody else has it. */
const notInherited: ReadonlySet<string> = new Set([
  "NODE_CHANNEL_FD",
  "NODE_CHANNEL_SERIALIZATION_MODE",
  "NODE_UNIQUE_ID",
]);

/** The variables that this process was started with, byte for byte (proc_pid_environ(5)), as text of `decodeBytes`. */
export function readOwnVariables(): Variables {
  let lines: string[];
  try {
    lines = decodeBytes(readFileSync("/proc/self/environ")).split("\0");
  } catch {
    return { ...process.env };
  }
  const variables: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf("=", 1);
    // Where a name stands twice, getenv(3) finds the first.
    if (at > 0 && !Object.hasOwn(variables, line.slice(0, at)))
      variables[line.slice(0, at)] = line.slice(at + 1);
  }
  return variables;
}

/** The variables that the tasks inherit: those of this process, and what was set aside for them. */
export function readInherited(own: Variables = readOwnVariables()): Variables {
  const restored = Object.entries(own).flatMap(([name, value]): [string, string | undefined][] => {
    if (!name.startsWith(asidePrefix)) return [[name, value]];
    // The first line of a program cannot tell an empty variable from none.
    return value === "" ? [] : [[name.slice(asidePrefix.length), value]];
  });
  return Object.fromEntries(restored.filter(([name]) => !notInherited.has(name)));
}
