import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readLimited } from "../../shared/io/read-limited.ts";
import { COMPOSE_FILES } from "./compose-file-names.ts";

/**
 * The compose files of a stack, or of all below `compose/` where none is named: what may use a variable of the inventory. One
 * that cannot be read uses none.
 */
export async function readStackTexts(stack: string | undefined): Promise<string[]> {
  const below = stack === undefined ? await readdir("compose").catch(() => []) : [];
  const folders = stack === undefined ? below.map((name) => join("compose", name)) : [stack];
  const files = folders.flatMap((folder) => COMPOSE_FILES.map((name) => join(folder, name)));
  const texts = await Promise.all(files.map((file) => readLimited(file).then(String, () => undefined)));
  return texts.filter((text) => text !== undefined);
}

/** Whether a compose file has a variable in it: `$name`, `${name}`, `${name:-default}`. */
export function usesVariable(text: string, name: string): boolean {
  return [...text.matchAll(/\$(?:\{(\w+)|(\w+))/g)].some(([, braced, plain]) => (braced ?? plain) === name);
}
