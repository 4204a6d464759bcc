import { accessSync, constants, lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { isGuarded, isRootsAlone, isSticky, mostLinks } from "./guarded-path.ts";

/** So many places are named; a checkout has more. */
const mostNamed = 4;

/** What decides about what runs as root. */
export interface Sources {
  readonly files: readonly string[];
  /** every file that is put there is read, too */
  readonly folders: readonly string[];
}

/**
 * Says so where other users than root can change what root's longshored reads, and so run anything as root: cron and sshd
 * refuse such files. Here it is a warning, as a folder that is mounted into a container is often a host's user's. In one that
 * is mounted read-only, nobody in the container can.
 * @returns a sentence with the way out; undefined where all is root's, and for anybody but root
 */
export function findOpenSources({ files, folders }: Sources): string | undefined {
  if (!isGuarded()) return undefined;
  const open = new Map<string, string>();
  for (const path of files) lookAlong(resolve(path), true, open);
  for (const path of folders) lookAlong(resolve(path), false, open);
  if (open.size === 0) return undefined;
  const places = [...open.keys()];
  const reasons = [...open].slice(0, mostNamed).map(([path, reason]) => `${path} ${reason}`);
  const rest = places.length > mostNamed ? `, and ${places.length - mostNamed} more` : "";
  const near = new Set(
    [...files.flatMap((file) => [file, dirname(file)]), ...folders].map((path) => resolve(path)),
  );
  const areNear = places.every((path) => near.has(path));
  const list = quoteArgv(places);
  const fix = areNear ? `chown root: ${list} && chmod go-w ${list}, or ` : "";
  return `other users than root can change what is run here, and so run anything as root: ${reasons.join(", ")}${rest}; fix it: ${fix}keep the files where only root writes, as /etc/longshore; in a container, mount them read-only (:ro)`;
}

/** @param isFile everybody may make files in a folder as /tmp, which are others' then; a file of root there stays root's */
function lookAlong(path: string, isFile: boolean, open: Map<string, string>, links = 0): void {
  const parts = path.split("/").filter(Boolean);
  for (let depth = 0; depth <= parts.length && links < mostLinks; depth += 1) {
    const place = `/${parts.slice(0, depth).join("/")}`;
    const isEnd = depth === parts.length;
    const stats = lstatSync(place, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const fault = describeFault(stats, isFile || !isEnd);
    if (fault !== undefined && !isReadOnly(place)) open.set(place, fault);
    if (stats.isSymbolicLink()) {
      const rest = parts.slice(depth).join("/");
      lookAlong(resolve(dirname(place), readlinkSync(place), rest), isFile, open, links + 1);
      return;
    }
  }
}

function describeFault(stats: Stats, mayBeSticky: boolean): string | undefined {
  if (stats.uid !== 0) return `belongs to uid ${stats.uid}`;
  if (stats.isSymbolicLink() || isRootsAlone(stats)) return undefined;
  if (stats.isDirectory() && mayBeSticky && isSticky(stats)) return undefined;
  return `can be written by others (mode ${(stats.mode & 0o7777).toString(8)})`;
}

function isReadOnly(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}
