import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InventoryHost } from "../../../../provision/inventory/inventory.ts";

/** A stack's folder in a temporary place, ended by `using`. */
export interface StackFolder extends Disposable {
  directory: string;
  file: string;
}

/** @param files name → text; compose.yaml is where `loadStack` looks */
export function makeStackFolder(files: Record<string, string>): StackFolder {
  const directory = mkdtempSync(join(tmpdir(), "longshore-stack-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return {
    directory,
    file: join(directory, "compose.yaml"),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** A host as the inventory gives it. */
export function makeHost(vars: InventoryHost["vars"] = {}, name = "web1"): InventoryHost {
  return { name, groups: [], vars };
}
