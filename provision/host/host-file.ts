import { createHash } from "node:crypto";
import { type Connection, run, shellScript } from "../connection/connection.ts";

/** A root-owned file that a step keeps on the host. */
export interface HostFile {
  path: string;
  content: string;
  /** octal digits */
  mode: string;
}

export function hashContent(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

// Written beside the target and renamed: a reader sees the old or the new file, whenever we are cut off. The size tells
// whether all of it came: a connection that is lost looks like the end of the input.
const WRITE = `
set -e
mkdir -p "$(dirname "$1")"
temporary=$(mktemp "$1.XXXXXX")
trap 'rm -f "$temporary"' EXIT
cat > "$temporary"
[ "$(wc -c < "$temporary")" -eq "$3" ] || { echo "the input was cut off" >&2; exit 1; }
chmod "$2" "$temporary"
mv -fT "$temporary" "$1"
trap - EXIT
`;

/** Writes a file atomically as root. */
export async function writeHostFile(connection: Connection, file: HostFile): Promise<void> {
  await run(connection, shellScript(WRITE, file.path, file.mode, String(Buffer.byteLength(file.content))), {
    become: true,
    input: file.content,
    title: `writing ${file.path}`,
  });
}
