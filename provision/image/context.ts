import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import dockerignore from "@balena/dockerignore";
import * as tar from "tar-stream";
import { readLimited } from "../../shared/io/read-limited.ts";
import { UserError } from "../../shared/user-error.ts";

// The package exports its factory itself; its types claim a `default` beside it.
const createIgnore = dockerignore as unknown as typeof dockerignore.default;

/** A file or symbolic link of a build context. Modes are 0644 or 0755: what umask made of them must not count. */
export interface ContextEntry {
  /** relative, with slashes */
  path: string;
  executable: boolean;
  content: Buffer | { linkTo: string };
}

/**
 * Reads a folder as a build context, without what its .dockerignore names. Sorted by path.
 *
 * @param options.prefix put before every path
 * @param options.dockerfile belongs to the context even where .dockerignore names it, as with `docker build`
 */
export async function readContext(
  directory: string,
  { prefix = "", dockerfile }: { prefix?: string; dockerfile?: string } = {},
): Promise<ContextEntry[]> {
  const ignoreText = await readIgnoreText(join(directory, ".dockerignore"));
  const ignore = createIgnore().add(ignoreText);
  const names = await readdir(directory, { recursive: true });
  const kept = names
    .filter((name) => ignoreText === "" || name === dockerfile || !ignore.ignores(name))
    .sort();
  const entries = await Promise.all(kept.map((name) => readEntry(directory, name, prefix)));
  return entries.filter((entry) => entry !== undefined);
}

/** Empty where there is none. One that cannot be read may keep secrets out of the image: it is never taken for none. */
async function readIgnoreText(file: string): Promise<string> {
  try {
    return (await readLimited(file)).toString("utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return "";
    throw new UserError("context_unreadable", `cannot read ${file}: ${code}`, {
      hint: "it says which files stay out of the image: make it a readable file, or remove it",
      cause,
    });
  }
}

async function readEntry(directory: string, name: string, prefix: string): Promise<ContextEntry | undefined> {
  const file = join(directory, name);
  const stat = await lstat(file);
  const base = { path: prefix + name, executable: (stat.mode & 0o100) !== 0 };
  if (stat.isSymbolicLink()) return { ...base, content: { linkTo: await readlink(file) } };
  return stat.isFile() ? { ...base, content: await readFile(file) } : undefined;
}

/** A short hash of everything that makes the image: 12 hex digits. */
export function hashContext(entries: readonly ContextEntry[], settings: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const { path, executable, content } of entries) {
    const body = Buffer.isBuffer(content) ? content : Buffer.from(content.linkTo);
    hash.update(`\0${path}\0${executable}\0${Buffer.isBuffer(content)}\0${body.length}\0`).update(body);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The context as a tar; always the same bytes for the same entries, so that the builder's cache holds. */
export function packContext(entries: readonly ContextEntry[]): Readable {
  const pack = tar.pack();
  for (const { path, executable, content } of entries) {
    const header = { name: path, mode: executable ? 0o755 : 0o644, uid: 0, gid: 0, mtime: new Date(0) };
    if (Buffer.isBuffer(content)) pack.entry(header, content);
    else pack.entry({ ...header, type: "symlink", linkname: content.linkTo });
  }
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}
