import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** What stands for a file that is not there or cannot be read. */
const missing = "missing";

/** A digest of the content of each file; symbolic links are followed, so that a link to another file is a change. */
export async function digestFiles(files: readonly string[]): Promise<Record<string, string>> {
  const entries = files.map(async (file): Promise<[string, string]> => [file, await digestFile(file)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function digestFile(file: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch {
    return missing;
  }
  return hash.digest("base64url");
}
