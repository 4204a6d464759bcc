import { readFileSync } from "node:fs";
import { UserError } from "../../../shared/user-error.ts";
import { type CapabilityName, capabilityNames } from "../../config/task/capability-names.ts";
import type { Task } from "../../config/task/task.ts";

/** Sets of capabilities of this process, each a bit by its number (capabilities(7)). */
export interface OwnCapabilities {
  readonly permitted: bigint;
  readonly bounding: bigint;
}

/**
 * What setpriv(1) is told so that a process has no other capabilities than these, and can get no others; or that neither it
 * nor what it starts gets more rights than it has (PR_SET_NO_NEW_PRIVS).
 * @throws UserError where this process cannot give them
 */
export function privilegeArgs(
  { no_new_privs: isFixed, capabilities }: Pick<Task, "no_new_privs" | "capabilities">,
  own: () => OwnCapabilities = readOwnCapabilities,
): string[] {
  const args = isFixed ? ["--no-new-privs"] : [];
  if (capabilities === undefined) return args;
  const isBounded = requireCapabilities(capabilities, own());
  const set = ["-all", ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(",");
  args.push(`--inh-caps=${set}`, `--ambient-caps=${set}`);
  // What is bounded already needs no right to be bounded.
  if (!isBounded) args.push(`--bounding-set=${set}`);
  return args;
}

/** @returns whether what this process starts can have no others anyway */
function requireCapabilities(
  wanted: readonly CapabilityName[],
  { permitted, bounding }: OwnCapabilities,
): boolean {
  const missing = wanted.filter((name) => (permitted & bounding & bit(name)) === 0n);
  if (missing.length > 0) throw refuse(`longshored itself does not have ${missing.join(", ")}`, missing);
  const others = bounding & ~wanted.reduce((set, name) => set | bit(name), 0n);
  if (others !== 0n && (permitted & bit("SETPCAP")) === 0n)
    throw refuse("to take the others away, longshored itself needs SETPCAP", ["SETPCAP"]);
  return others === 0n;
}

function refuse(reason: string, names: readonly CapabilityName[]): UserError {
  return new UserError(
    "capabilities",
    `cannot set its capabilities: ${reason} (as root; cap_add: [${names.join(", ")}])`,
  );
}

function bit(name: CapabilityName): bigint {
  return 1n << BigInt(capabilityNames.indexOf(name));
}

/** Of this process, out of /proc; none where that cannot be read. */
function readOwnCapabilities(): OwnCapabilities {
  const status = readFileSync("/proc/self/status", "utf8");
  const read = (name: string): bigint =>
    BigInt(`0x${new RegExp(`^${name}:\\s*(\\w+)`, "m").exec(status)?.[1] ?? 0}`);
  return { permitted: read("CapPrm"), bounding: read("CapBnd") };
}
