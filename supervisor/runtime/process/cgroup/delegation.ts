import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Reads an extended attribute of a file; undefined where it has none of that name. */
export type ReadAttribute = (path: string, name: string) => string | undefined;

/**
 * The directory of this process's own cgroup (version 2), where the process may make further ones below it; undefined
 * elsewhere. That it can be written is enough where nobody manages the tree. systemd does, and root may write everywhere:
 * there it counts that systemd has marked it (`Delegate=yes`, https://systemd.io/CGROUP_DELEGATION/).
 */
export function findDelegatedFolder(readAttribute: ReadAttribute): string | undefined {
  const isManaged = existsSync("/run/systemd/system");
  const isMarked = (folder: string): boolean =>
    ["user.delegate", "trusted.delegate"].some((name) => readAttribute(folder, name) === "1");
  const folders = listCgroupFolders(readOrEmpty("/proc/self/cgroup"), readOrEmpty("/proc/self/mountinfo"));
  return folders.find((folder) => isUsable(folder) && (!isManaged || isMarked(folder)));
}

/**
 * Where the cgroup of a process is to be seen in the file system: once for each mount that shows it.
 * @param membership /proc/PID/cgroup
 * @param mounts /proc/PID/mountinfo
 */
export function listCgroupFolders(membership: string, mounts: string): string[] {
  const path = /^0::(.*)$/m.exec(membership)?.[1];
  // Outside of this cgroup namespace, a path begins so.
  if (path === undefined || /^\/\.\.(\/|$)/.test(path)) return [];
  return mounts.split("\n").flatMap((line) => {
    const [mount = "", type = ""] = line.split(" - ");
    if (!type.startsWith("cgroup2 ")) return [];
    const [, , , root = "", point = ""] = mount.split(" ").map(unescapePath);
    const prefix = root === "/" ? "" : root;
    return path === root || path.startsWith(`${prefix}/`) ? [join(point, path.slice(prefix.length))] : [];
  });
}

/** proc_pid_mountinfo(5) writes blanks, tabs, line breaks and backslashes of a path in octal. */
function unescapePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** The root of all cgroups has no cgroup.kill, nor has any before Linux 5.14; that of an owner may be root's (systemd 257). */
function isUsable(folder: string): boolean {
  try {
    for (const file of ["", "cgroup.procs"]) accessSync(join(folder, file), constants.W_OK);
    return existsSync(join(folder, "cgroup.kill"));
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
