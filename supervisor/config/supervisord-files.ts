import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { listSupervisordIncludes } from "./dialects/supervisord.ts";
import { listMatches } from "./include.ts";

/**
 * The text of a supervisord.conf with those of the files that it includes, which cannot include others.
 * @throws the system's error for a file that cannot be read
 */
export async function addSupervisordIncludes(text: string, file: string): Promise<string> {
  const folder = dirname(resolve(file));
  const texts = [text];
  for (const pattern of listSupervisordIncludes(text)) {
    for (const path of await listMatches(resolve(folder, pattern.replaceAll("%(here)s", folder))))
      texts.push(await readFile(path, "utf8"));
  }
  return texts.join("\n");
}
