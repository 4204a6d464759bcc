import { closeSync, constants, createReadStream, fstatSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { GuardError, openGuarded } from "../../config/files/guarded-path.ts";

/** What stands for a file that is not there or cannot be read. */
const missing = "missing";
/** A fifo that nobody writes to must not hold up the job. */
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * A digest of the content of each file; symbolic links are followed, so that a link to another file is a change.
 * @param log is told of a file that root does not read, because another user's link leads to it
 */
export async function digestFiles(
  files: readonly string[],
  log: (message: string) => void,
): Promise<Record<string, string>> {
  const entries = files.map(async (file): Promise<[string, string]> => [file, await digestFile(file, log)]);
  return Object.fromEntries(await Promise.all(entries));
}

async function digestFile(file: string, log: (message: string) => void): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  try {
    const fd = openGuarded(file, openFlags);
    if (!fstatSync(fd).isFile()) {
      // A device may never end.
      closeSync(fd);
      return missing;
    }
    await pipeline(createReadStream("", { fd }), hash);
  } catch (error) {
    if (error instanceof GuardError) log(`cannot see changes of ${file}: ${error.message}`);
    return missing;
  }
  return hash.digest("base64url");
}
