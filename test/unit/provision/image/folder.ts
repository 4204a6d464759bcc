import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary folder, ended by `using`. */
export interface Folder extends Disposable {
  path: string;
}

/** @param files path → text, `{ linkTo }` for a symbolic link, `{ mode, text }` for a file with its mode */
export function makeFolder(
  files: Record<string, string | { linkTo: string } | { mode: number; text: string }>,
): Folder {
  const path = mkdtempSync(join(tmpdir(), "longshore-context-"));
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === "string") writeFileSync(file, content);
    else if ("linkTo" in content) symlinkSync(content.linkTo, file);
    else {
      writeFileSync(file, content.text);
      chmodSync(file, content.mode);
    }
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
