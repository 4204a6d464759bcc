import { UserError } from "../../../shared/user-error.ts";
import type { Facts } from "../../host/facts/facts.ts";
import { keysOfFlags, valueOfFlag } from "./engine-flags.ts";

/** Keys of daemon.json (dockerd(8), "DAEMON CONFIGURATION FILE"). */
export type EngineConfig = Record<string, unknown>;

/** The engine's logs do not fill the disk, and its networks are small: 512 of them instead of 31. */
const DEFAULTS: EngineConfig = {
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "5" },
  "default-address-pools": [{ base: "172.18.0.0/15", size: 24 }],
  "live-restore": true,
};

/** The arguments of the units in Docker's, Debian's and Ubuntu's packages, for a host that has none of them yet. */
const PACKAGED_ARGUMENTS = ["-H", "fd://"];

/** With these changed, an engine that starts anew does not find its running containers, or their networks. */
const BREAKS_CONTAINERS = new Set([
  ...["data-root", "graph", "storage-driver", "storage-opts", "features", "exec-root", "userns-remap"],
  ...["containerd", "containerd-namespace", "exec-opts", "cgroup-parent"],
  ...["bridge", "bip", "bip6", "fixed-cidr", "fixed-cidr-v6", "iptables", "ip6tables", "ipv6"],
]);

/**
 * What daemon.json should hold: what is there stays, what the operator asks for replaces it, and our defaults fill the gaps
 * that the engine's arguments leave. Pure.
 */
export function mergeEngineConfig(
  present: EngineConfig,
  asked: EngineConfig,
  { swarm, args = [] }: { swarm: boolean; args?: readonly string[] },
): EngineConfig {
  const merged: EngineConfig = { ...present, ...asked };
  const flags = keysOfFlags(args);
  for (const [key, value] of Object.entries(DEFAULTS)) {
    if (key in merged || flags.has(key)) continue;
    // The options are those of json-file: another driver refuses them, and the engine does not start.
    const driver = valueOfFlag(args, "log-driver") ?? merged["log-driver"];
    if (key === "log-opts" && driver !== "json-file") continue;
    // A node of a swarm refuses to start with it (Docker's documentation, "Live restore").
    if (key === "live-restore" && swarm) continue;
    merged[key] = value;
  }
  return merged;
}

/** The keys whose change running containers do not survive, whatever live-restore says. */
export function breakingKeys(keys: readonly string[]): string[] {
  return keys.filter((key) => BREAKS_CONTAINERS.has(key));
}

/** The file's text, indented as it was. */
export function formatEngineConfig(config: EngineConfig, before = ""): string {
  const [, indent = "  "] = /\n([ \t]+)"/.exec(before) ?? [];
  return `${JSON.stringify(config, null, indent)}\n`;
}

/** What the engine's unit starts it with. */
export function argumentsOf({ docker }: Facts): readonly string[] {
  return docker.arguments ?? (docker.installed ? [] : PACKAGED_ARGUMENTS);
}

/** Refuses a file with which the engine would not start. @throws UserError `engine_config_invalid` */
export function checkEngineConfig(facts: Facts, config: EngineConfig, asked: EngineConfig): void {
  const { configFile } = facts.docker;
  const flags = keysOfFlags(argumentsOf(facts));
  const key = Object.keys(config).find((name) => flags.has(name));
  if (key !== undefined) {
    const place = key in asked ? "longshore_docker" : configFile;
    throw new UserError(
      "engine_config_invalid",
      `cannot configure the engine: ${place} has the key ${key}, and its unit docker.service says ${flags.get(key)}: the engine does not start with both`,
      {
        hint: `take ${key} out of ${place}, or ${flags.get(key)} out of the unit: \`systemctl edit docker.service\`, an empty ExecStart= first, then ExecStart= with the other arguments`,
      },
    );
  }
  if (config["live-restore"] === true && facts.docker.swarm) {
    throw new UserError(
      "engine_config_invalid",
      `cannot configure the engine: ${"live-restore" in asked ? "longshore_docker" : configFile} has live-restore, and the host is a node of a swarm: the engine does not start with both`,
      { hint: "take live-restore out" },
    );
  }
}

/** daemon.json as an object. @throws UserError `engine_config_invalid`: we would destroy what somebody meant */
export function readEngineConfig({ config, configFile, configTarget }: Facts["docker"]): EngineConfig {
  const refuse = (why: string, hint: string) =>
    new UserError("engine_config_invalid", `cannot read the host's ${configFile}: ${why}`, { hint });
  if (config === undefined) {
    if (configTarget === undefined) return {};
    throw refuse(
      `it is a symbolic link to ${configTarget}, which is not there`,
      "put the file back, or remove the link",
    );
  }
  const text = withoutMark(config);
  if (text.trim() === "") return {};
  if (text.includes("\0"))
    throw refuse("it has NUL bytes: is it UTF-16?", "write it in UTF-8; the engine may not start with it");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(
      `it is not JSON: ${(error as Error).message.split("\n")[0]}`,
      "fix it or move it away; the engine cannot start with it either",
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as EngineConfig;
  throw refuse(
    "it is not a JSON object such as {}",
    "fix it or move it away; the engine cannot start with it either",
  );
}

/** True where a file begins with a byte order mark (BOM): older engines do not start with it. */
export function hasMark(text: string | undefined): boolean {
  return text?.startsWith("\uFEFF") === true;
}

function withoutMark(text: string): string {
  return hasMark(text) ? text.slice(1) : text;
}
