import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { readLimited } from "../../shared/io/read-limited.ts";

/** What `group_vars/` or `host_vars/` holds for the names of an inventory. */
export interface VarsFolder {
  /** the files of each name, in the order in which they are read: the later one wins */
  files: Map<string, VarsFile[]>;
  /** files that a name would have, were it not for one that comes first */
  shadowed: { file: string; by: string }[];
  /** files of no name that the inventory has, by their names in the folder */
  unclaimed: string[];
}

export interface VarsFile {
  /** its path, as messages name it */
  file: string;
  text: string;
}

/** Of one name the first of these is read, and no other. */
const EXTENSIONS = ["", ".yml", ".yaml", ".json"];

/**
 * Reads a folder of variables as Ansible's `host_group_vars` plugin does: `NAME`, `NAME.yml`, `NAME.yaml`, `NAME.json`, or a
 * folder `NAME` of such files, with folders in it. Hidden files, and those whose names end with `~`, are passed over.
 *
 * @param names the groups or the hosts of the inventory
 * @throws NodeJS.ErrnoException where something cannot be read; a folder that is not there is an empty one
 */
export async function readVarsFolder(folder: string, names: Iterable<string>): Promise<VarsFolder> {
  const entries = new Set((await listEntries(folder)).filter(isVisible));
  const found: VarsFolder = { files: new Map(), shadowed: [], unclaimed: [] };
  const claimed = new Set<string>();
  for (const name of names) {
    const [first, ...rest] = EXTENSIONS.map((extension) => name + extension).filter((each) =>
      entries.has(each),
    );
    if (first === undefined) continue;
    const paths = await listFiles(join(folder, first));
    found.files.set(name, await Promise.all(paths.map(readVarsFile)));
    found.shadowed.push(...rest.map((each) => ({ file: join(folder, each), by: join(folder, first) })));
    for (const each of [first, ...rest]) claimed.add(each);
  }
  found.unclaimed = [...entries].filter((entry) => !claimed.has(entry)).sort();
  return found;
}

/** The files at a path: itself, or those in the folder that it is. */
async function listFiles(path: string): Promise<string[]> {
  return (await stat(path)).isDirectory() ? listNested(path) : [path];
}

async function listNested(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of (await readdir(folder)).filter(isVisible).sort()) {
    const path = join(folder, name);
    const isFolder = (await stat(path)).isDirectory();
    if (isFolder && extname(name) === "") paths.push(...(await listNested(path)));
    if (!isFolder && EXTENSIONS.includes(extname(name))) paths.push(path);
  }
  return paths;
}

async function listEntries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isVisible(name: string): boolean {
  return !name.startsWith(".") && !name.endsWith("~");
}

async function readVarsFile(file: string): Promise<VarsFile> {
  try {
    return { file, text: (await readLimited(file)).toString("utf8") };
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path: file });
  }
}
