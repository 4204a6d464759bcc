import * as z from "zod";
import { UserError } from "../../shared/user-error.ts";
import { makeOneLine, makePlain } from "../../shared/visible-text.ts";
import { resolveHost } from "../connection/open.ts";
import { Questions } from "../connection/questions.ts";
import { resolveJump } from "../connection/ssh/route.ts";
import { SharedSsh } from "../connection/ssh/shared-ssh.ts";
import type { SshSettings } from "../connection/ssh/ssh-settings.ts";
import { readShownKey, type ShownKey } from "../connection/ssh/trust.ts";
import { eachHost } from "../fleet/each-host.ts";
import { describeError, HostError } from "../fleet/host-error.ts";
import { readConnectionVariables } from "../inventory/connection-variables.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { askVisibly, isInteractive, terminalAsk } from "../ui/ask.ts";
import { colors as pc } from "../ui/colors.ts";
import { formatTable } from "../ui/table.ts";
import { printErr, printOut } from "../ui/terminal.ts";
import { openInventory } from "./session/open-inventory.ts";
import { printJson } from "./session/report.ts";

export interface TrustOptions {
  inventory: string;
  limit?: string;
  forks: number;
  json: boolean;
  /** fingerprints that are trusted without a question */
  fingerprint?: string[];
}

/** What became of a host's key. */
export const HostKeyResult = z.object({
  host: z.string().describe("its name in the inventory, or a jump host's"),
  status: z
    .enum(["known", "new", "recorded", "changed", "revoked", "failed"])
    .describe("`new`: not recorded, as nobody vouched for it. `changed`: known_hosts has another"),
  name: z.string().optional().describe("under which known_hosts has it"),
  key_type: z.string().optional(),
  fingerprint: z.string().optional().describe("`SHA256:…`"),
  error: HostError.optional().describe("where the host could not be asked"),
});
export type HostKeyResult = z.infer<typeof HostKeyResult>;

/**
 * `longshore hosts trust`: the first contact. Jump hosts come first: what is behind them is seen only through them.
 * Returns the exit code: 0 where every host's key is known in the end.
 */
export async function trustCommand(options: TrustOptions): Promise<number> {
  const { hosts } = await openInventory(options);
  const shared = new SharedSsh(new Questions(terminalAsk()));
  try {
    const results: HostKeyResult[] = [];
    for (const layer of layersOf(hosts, shared)) results.push(...(await trustLayer(layer, shared, options)));
    if (options.json) printJson({ hosts: results });
    return results.every(({ status }) => status === "known" || status === "recorded") ? 0 : 1;
  } finally {
    await shared.close();
  }
}

interface Target {
  name: string;
  settings: SshSettings;
}

/** What is reached directly, then what is behind it, and so on; the hosts of the inventory last. */
function layersOf(hosts: InventoryHost[], shared: SharedSsh): Target[][] {
  const targets = hosts
    .filter((host) => readConnectionVariables(host).kind === "ssh")
    .map((host) => ({ name: host.name, settings: resolveHost(host, shared) }));
  const ways = new Set(targets.map(({ settings }) => settings.jumps.join(",")).filter((way) => way !== ""));
  const jumps: Target[][] = [];
  for (const way of ways) {
    for (const [depth, name] of way.split(",").entries()) {
      const settings = resolveJump(way.split(",").slice(0, depth + 1), shared);
      const layer = jumps[depth] ?? [];
      if (!layer.some((target) => target.name === name)) layer.push({ name, settings });
      jumps[depth] = layer;
    }
  }
  return [...jumps, targets];
}

async function trustLayer(
  targets: Target[],
  shared: SharedSsh,
  options: TrustOptions,
): Promise<HostKeyResult[]> {
  const keys = await eachHost(targets, options.forks, (target) => readKey(target, shared));
  const say = (text: string) => {
    if (!options.json) printOut(`${text}\n`);
  };
  if (keys.length > 0) say(describeKeys(keys));
  const chosen = await chooseKeys(keys, options);
  for (const key of chosen) await key.record();
  shared.forgetKnownHosts();
  if (chosen.length > 0) say(summarize(chosen));
  return keys.map((key) => toResult(key, chosen));
}

interface Failure {
  host: string;
  error: UserError;
}

async function readKey({ name, settings }: Target, shared: SharedSsh): Promise<ShownKey | Failure> {
  try {
    return await readShownKey(name, settings, shared);
  } catch (error) {
    if (error instanceof UserError) return { host: name, error };
    throw error;
  }
}

function describeKeys(keys: (ShownKey | Failure)[]): string {
  const shown = keys.filter(isShown);
  const rows = shown.map((key) => [
    key.host,
    key.name,
    makeOneLine(key.keyType),
    key.fingerprint,
    describeStatus(key),
  ]);
  const failures = keys.filter(isFailure).map(({ error }) => {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    return makePlain(`${error.message}${hint}`);
  });
  const table =
    rows.length === 0 ? [] : [formatTable(["HOST", "NAME", "KEY", "FINGERPRINT", "STATUS"], rows)];
  return [...table, ...failures].join("\n");
}

function describeStatus({ status, place, name }: ShownKey): string {
  switch (status) {
    case "known":
      return pc.green("known");
    case "new":
      return pc.yellow("new");
    case "changed":
      return pc.red(`CHANGED: ${place} has another; if the host was reinstalled: ssh-keygen -R '${name}'`);
    case "revoked":
      return pc.red(`revoked in ${place}`);
  }
}

/** The new keys that the operator vouches for, by fingerprint or by answer. */
async function chooseKeys(keys: (ShownKey | Failure)[], options: TrustOptions): Promise<ShownKey[]> {
  const fresh = keys.filter(isShown).filter(({ status }) => status === "new");
  if (fresh.length === 0) return [];
  if (options.fingerprint !== undefined) {
    const given = new Set(options.fingerprint.map((text) => text.replace(/^(?!SHA256:)/, "SHA256:")));
    return fresh.filter(({ fingerprint }) => given.has(fingerprint));
  }
  if (options.json) return [];
  if (!isInteractive()) {
    throw new UserError("no_terminal", "cannot ask whether the new keys are right: this is no terminal", {
      hint: "give the fingerprints that you know: --fingerprint SHA256:…, once for each key",
    });
  }
  printErr(
    "\nCompare them with what the hosts say at their console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n",
  );
  const question = fresh.length === 1 ? "Is this key right? " : `Are these ${fresh.length} new keys right? `;
  return (await askVisibly(`${question}Record [y/N]: `))?.trim().toLowerCase() === "y" ? fresh : [];
}

function summarize(chosen: ShownKey[]): string {
  const files = [...new Set(chosen.map(({ file }) => file))].join(", ");
  return `recorded ${chosen.length} ${chosen.length === 1 ? "key" : "keys"} in ${files}`;
}

function toResult(key: ShownKey | Failure, chosen: ShownKey[]): HostKeyResult {
  if (isFailure(key)) return { host: key.host, status: "failed", error: describeError(key.error) };
  const { host, name, keyType, fingerprint, status } = key;
  return { host, name, key_type: keyType, fingerprint, status: chosen.includes(key) ? "recorded" : status };
}

function isFailure(key: ShownKey | Failure): key is Failure {
  return "error" in key;
}

function isShown(key: ShownKey | Failure): key is ShownKey {
  return !isFailure(key);
}
