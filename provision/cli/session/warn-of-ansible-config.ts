import { dirname, join, relative, resolve } from "node:path";
import { readLimited } from "../../../shared/io/read-limited.ts";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import {
  type AnsibleSetting,
  findInventory,
  listLost,
  parseAnsibleConfig,
} from "../../inventory/ansible-config.ts";
import type { InventoryHost } from "../../inventory/inventory.ts";
import { printErr } from "../../ui/terminal.ts";
import type { FleetOptions } from "../options/options.ts";

/** An ansible.cfg that Ansible would read here. */
export interface AnsibleConfig {
  readonly file: string;
  readonly settings: readonly AnsibleSetting[];
}

/** The one of ANSIBLE_CONFIG or of this folder; undefined where there is none that can be read. */
export async function readAnsibleConfig(): Promise<AnsibleConfig | undefined> {
  const { ANSIBLE_CONFIG: named = "" } = process.env;
  const file = named === "" ? "ansible.cfg" : named;
  try {
    return { file, settings: parseAnsibleConfig((await readLimited(file)).toString("utf8")) };
  } catch {
    // It is Ansible's: whoever has none, or one that is broken, hears of it there.
    return undefined;
  }
}

/** Says which inventory an ansible.cfg has, where another one is about to be read and none is named. */
export function warnOfOtherInventory(config: AnsibleConfig | undefined, options: FleetOptions): void {
  const setting = config === undefined ? undefined : findInventory(config.settings);
  if (config === undefined || setting === undefined || isNamed(options.args)) return;
  const path = join(dirname(config.file), setting.value.split(",", 1)[0] ?? "");
  if (resolve(path) === resolve(options.inventory)) return;
  const line = quoteArgv(["-i", relative(".", resolve(path))]);
  printErr(`warning: ${config.file}:${setting.line}: inventory is not read: write ${line}\n`);
}

/** Says in a line each which settings of an ansible.cfg would count in Ansible, and are not said elsewhere. */
export function warnOfLostSettings(
  config: AnsibleConfig | undefined,
  options: FleetOptions,
  hosts: readonly InventoryHost[],
): void {
  if (config === undefined) return;
  const on = {
    "--accept-new": options.acceptNew,
    "--ask-pass": options.askPass,
    "--ask-become-pass": options.askBecomePass,
  };
  const names = Object.entries(on).flatMap(([name, isOn]) => (isOn ? [name] : []));
  const use = { hosts, forks: options.forks, options: new Set(names) };
  for (const line of listLost(config.file, config.settings, use)) printErr(`warning: ${line}\n`);
}

function isNamed(args: readonly string[]): boolean {
  return args.some((arg) => /^(-i|--inventory)(=|$)/.test(arg) || /^-i./.test(arg));
}
