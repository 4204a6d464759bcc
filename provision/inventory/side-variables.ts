import { extname, join } from "node:path";
import { suggestWord } from "../../shared/suggest.ts";
import { UserError } from "../../shared/user-error.ts";
import { warnOfNames, warnOfPriority } from "./advice.ts";
import type { Declarations } from "./declarations.ts";
import type { Assignment } from "./entry.ts";
import { Findings } from "./findings.ts";
import type { SideVariables } from "./merge-variables.ts";
import { readVarsFolder, type VarsFolder } from "./vars-folder.ts";

export interface ReadSideVariables {
  variables: SideVariables;
  findings: Findings[];
}

/**
 * Reads the variables in `group_vars/` and `host_vars/` of the folder in which the inventory stands.
 *
 * @throws UserError `inventory_unreadable`
 */
export async function readSideVariables(
  folder: string,
  { graph, hosts }: Declarations,
): Promise<ReadSideVariables> {
  const ofGroups = await readOne(join(folder, "group_vars"), [...graph.groups.keys()]);
  const ofHosts = await readOne(join(folder, "host_vars"), [...hosts.keys()]);
  return {
    variables: {
      groups: ofGroups.variables,
      hosts: ofHosts.variables,
      encryptedOfGroups: ofGroups.encrypted,
      encryptedOfHosts: ofHosts.encrypted,
    },
    findings: [...ofGroups.findings, ...ofHosts.findings],
  };
}

async function readOne(
  folder: string,
  names: readonly string[],
): Promise<{ variables: Map<string, Assignment[]>; encrypted: Map<string, string[]>; findings: Findings[] }> {
  const found = await readVarsFolder(folder, names).catch((cause: NodeJS.ErrnoException) => {
    const where = cause.path ?? folder;
    throw new UserError("inventory_unreadable", `cannot read ${where}: ${cause.code ?? cause.message}`, {
      cause,
    });
  });
  const findings = warnOfUnread(folder, found, names);
  const variables = new Map<string, Assignment[]>();
  const encrypted = new Map<string, string[]>();
  if (found.files.size === 0) return { variables, encrypted, findings };
  // The YAML package is worth its time to import only where there is YAML.
  const { parseVars } = await import("./parse-vars.ts");
  for (const [name, files] of found.files) {
    const assignments = files.flatMap(({ file, text }) => {
      const own = new Findings(file);
      findings.push(own);
      if (text.startsWith("$ANSIBLE_VAULT")) {
        own.warn(undefined, "is not read: ansible-vault encrypted it", "using a variable of it is an error");
        encrypted.set(name, [...(encrypted.get(name) ?? []), file]);
        return [];
      }
      const read = parseVars(text, own);
      warnOfNames(read, own);
      warnOfPriority(read, own);
      return read;
    });
    variables.set(name, assignments);
  }
  return { variables, encrypted, findings };
}

function warnOfUnread(folder: string, found: VarsFolder, names: readonly string[]): Findings[] {
  const warnings: Findings[] = [];
  const warn = (file: string, message: string, hint?: string) => {
    const own = new Findings(file);
    own.warn(undefined, message, hint);
    warnings.push(own);
  };
  for (const { file, by } of found.shadowed)
    warn(file, `is not read: ${by} stands beside it`, "keep one of them");
  for (const entry of found.unclaimed) {
    const base = entry.slice(0, entry.length - extname(entry).length);
    const near = names.includes(base) ? undefined : nearMiss(base, names);
    if (near !== undefined)
      warn(join(folder, entry), "is not read: no name of the inventory", `did you mean ${near}?`);
    if (names.includes(base))
      warn(join(folder, entry), "is not read", "known extensions: .yml, .yaml, .json");
  }
  return warnings;
}

/** A name that was likely meant. One with other digits is another machine, perhaps of another inventory that shares the folder. */
function nearMiss(name: string, names: readonly string[]): string | undefined {
  const near = suggestWord(name, names);
  const withoutDigits = (text: string | undefined) => text?.replace(/\d+/g, "");
  return withoutDigits(near) === withoutDigits(name) ? undefined : near;
}
