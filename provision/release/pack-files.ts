import { Readable } from "node:stream";
import * as tar from "tar-stream";
import type { Files } from "./release.ts";

/**
 * Files as a tar for a host, root's and 0644, but secrets and variables 0600. Its last entry is the empty file `complete`: tar
 * takes an archive that ends between two entries for a whole one, so whoever unpacks it looks for that mark.
 */
export function packFiles(files: Files): Readable {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) {
    const isSecret = name.startsWith("secrets/") || /(^|\/)\.env$/.test(name);
    pack.entry({ name, mode: isSecret ? 0o600 : 0o644, uid: 0, gid: 0 }, content);
  }
  pack.entry({ name: "complete", mode: 0o644, uid: 0, gid: 0 }, "");
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}
