import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type ReadLimits, readDescriptor } from "../../../shared/io/read-limited.ts";

/** More symbolic links than this (that of the kernel) are a loop. */
export const mostLinks = 40;
const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** The descriptors of this process: only it decides where they lead. */
const ownDescriptor = /^\/(?:dev\/(?:fd\/\d+|std(?:in|out|err))|proc\/(?:self|\d+)\/fd\/\d+)$/;

/** A file whose path leads through what somebody else may change to what is not theirs. */
export class GuardError extends Error {
  readonly code: string;

  constructor(path: string, reason: string) {
    super(`${path} ${reason}`);
    this.code = `refused: ${path} ${reason}`;
  }
}

/**
 * Opens a file as root without being led by another user to what is not theirs. Each part of the path is opened below
 * the one before, which cannot be exchanged meanwhile. A symbolic link that somebody else than root may have made is
 * followed only to what belongs to its own owner, and makes nothing new (as `SymLinksIfOwnerMatch` of Apache); a
 * file with several names (hard links), in a folder that others may write, is refused. Anybody but root has no more
 * rights than their own, and opens it as it is.
 * @returns the descriptor
 * @throws GuardError, or what the system says
 */
export function openGuarded(path: string, flags: number, mode?: number): number {
  return isGuarded() ? openFile(resolve(path), flags, mode, 0) : openSync(path, flags, mode);
}

/** The text of a file, opened in the same way. @throws as {@link openGuarded} */
export async function readGuarded(path: string): Promise<string> {
  return (await readGuardedBytes(path)).toString("utf8");
}

/**
 * The bytes of a file, opened in the same way, within limits: a fifo may keep its reader waiting for a while, and nothing else of
 * this process.
 * @throws as {@link openGuarded}; ReadLimitError
 */
export async function readGuardedBytes(path: string, limits?: ReadLimits): Promise<Buffer> {
  const fd = openGuarded(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return await readDescriptor(fd, limits);
  } finally {
    closeSync(fd);
  }
}

/**
 * Does something with a file by the name that it has in its folder, which stays the same folder meanwhile.
 * @param act gets a path that is good until it returns
 */
export function inGuardedFolder<T>(path: string, act: (path: string) => T): T {
  if (!isGuarded()) return act(path);
  const folder = openFolder(dirname(resolve(path)), undefined, 0);
  try {
    return act(below(folder, basename(path)));
  } finally {
    closeSync(folder);
  }
}

/**
 * Makes sure that nobody but root can change what is in a folder, or where its path leads: what is done in it afterwards by
 * plain path is safe. For anybody but root there is nothing to check.
 * @throws GuardError that names the part of the path that others can change, or what the system says
 */
export function requireRootsFolder(path: string): void {
  if (isGuarded()) requireParts(resolve(path), false, 0);
}

/**
 * As {@link requireRootsFolder}, also of a folder as /tmp: nobody moves there what is another's, but everybody may have been there
 * first, so that it is for the reader of a file to look at its owner.
 * @throws as it
 */
export function requireRootsWay(path: string): void {
  if (isGuarded()) requireParts(resolve(path), true, 0);
}

function requireParts(path: string, isOnTheWay: boolean, links: number): void {
  const parts = path.split("/").filter(Boolean);
  // From the top, so that each part is looked at where nobody can exchange it any more.
  for (let depth = 0; depth <= parts.length; depth += 1) {
    const place = `/${parts.slice(0, depth).join("/")}`;
    const passes = isOnTheWay || depth < parts.length;
    const stats = lstatSync(place);
    if (stats.uid !== 0) throw new GuardError(place, `belongs to another user (uid ${stats.uid})`);
    if (stats.isSymbolicLink())
      requireParts(resolve(dirname(place), readlinkSync(place)), passes, countLink(place, links));
    else if (!isRootsAlone(stats) && !(passes && isSticky(stats)))
      throw new GuardError(
        place,
        `can be written by other users (mode ${(stats.mode & 0o7777).toString(8)})`,
      );
  }
}

/** Makes a folder, and what is missing above it, in the same way. @throws as {@link openGuarded} */
export function makeGuardedFolder(path: string, mode: number): void {
  try {
    closeSync(openFolder(resolve(path), mode, 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isInTheWay = code === "ENOTDIR" && lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    throw isInTheWay ? Object.assign(new Error(`EEXIST: ${path} is no folder`), { code: "EEXIST" }) : error;
  }
}

/** Whether this process is one that others may want to lead astray. */
export function isGuarded(): boolean {
  return process.platform === "linux" && process.geteuid?.() === 0;
}

function openFile(path: string, flags: number, mode: number | undefined, links: number): number {
  if (ownDescriptor.test(path)) return openSync(path, flags);
  const folder = openFolder(dirname(path), undefined, links);
  try {
    const name = below(folder, basename(path));
    const link = readLink(name);
    if (link !== undefined) return openLinkedFile(path, link, folder, flags, mode, links);
    const fd = openSync(name, flags | constants.O_NOFOLLOW, mode);
    const stats = fstatSync(fd);
    if (stats.isFile() && stats.nlink > 1 && !isRootsAlone(fstatSync(folder))) {
      closeSync(fd);
      throw new GuardError(path, "has a second name (hard link), in a folder that others may write");
    }
    return fd;
  } finally {
    closeSync(folder);
  }
}

function openLinkedFile(
  path: string,
  { target, stats }: Link,
  folder: number,
  flags: number,
  mode: number | undefined,
  links: number,
): number {
  const to = resolve(dirname(path), target);
  if (isTrusted(stats, folder)) return openFile(to, flags, mode, countLink(path, links));
  const safeFlags = flags & ~(constants.O_CREAT | constants.O_TRUNC);
  const fd = openTarget(path, () => openFile(to, safeFlags, mode, countLink(path, links)));
  if (fstatSync(fd).uid === stats.uid) return fd;
  closeSync(fd);
  throw new GuardError(path, "is a symbolic link of another user, to a file that is not theirs");
}

/** @param mode of folders that are made where they are missing; undefined makes none */
function openFolder(path: string, mode: number | undefined, links: number): number {
  let folder = openSync("/", folderFlags);
  let place = "/";
  try {
    for (const part of path.split("/").filter(Boolean)) {
      const name = below(folder, part);
      const link = readLink(name);
      place = resolve(place, part);
      const next = link === undefined ? openPart(name, mode) : openLinked(place, link, folder, links);
      closeSync(folder);
      folder = next;
    }
    return folder;
  } catch (error) {
    closeSync(folder);
    throw error;
  }
}

function openPart(name: string, mode: number | undefined): number {
  try {
    return openSync(name, folderFlags);
  } catch (error) {
    if (mode === undefined || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  mkdirSync(name, mode);
  return openSync(name, folderFlags);
}

function openLinked(path: string, { target, stats }: Link, folder: number, links: number): number {
  const next = openTarget(path, () =>
    openFolder(resolve(dirname(path), target), undefined, countLink(path, links)),
  );
  if (isTrusted(stats, folder) || fstatSync(next).uid === stats.uid) return next;
  closeSync(next);
  throw new GuardError(path, "is a symbolic link of another user, to a folder that is not theirs");
}

/** What a link leads to is not made: it says so by the name of the link. */
function openTarget(path: string, open: () => number): number {
  try {
    return open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const message = `${path} is a symbolic link to what is not there`;
    throw Object.assign(new Error(message), { code: "EEXIST", path });
  }
}

interface Link {
  readonly target: string;
  readonly stats: Stats;
}

function readLink(name: string): Link | undefined {
  const stats = lstatSync(name, { throwIfNoEntry: false });
  return stats?.isSymbolicLink() ? { target: readlinkSync(name), stats } : undefined;
}

/** A link that nobody but root can have put there. In a folder with the sticky bit nobody moves what is another's. */
function isTrusted(link: Stats, folder: number): boolean {
  const stats = fstatSync(folder);
  return link.uid === 0 && (isRootsAlone(stats) || isSticky(stats));
}

/** A folder of root in which nobody moves or removes what is another's, as /tmp. */
export function isSticky({ uid, mode }: Stats): boolean {
  return uid === 0 && (mode & 0o1000) !== 0;
}

/** Whether nobody but root writes this file, or makes, renames or removes what is in this folder. */
export function isRootsAlone({ uid, gid, mode }: Stats): boolean {
  return uid === 0 && (mode & 0o002) === 0 && ((mode & 0o020) === 0 || gid === 0);
}

function countLink(path: string, links: number): number {
  if (links >= mostLinks) throw new GuardError(path, "leads through too many symbolic links");
  return links + 1;
}

function below(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}
