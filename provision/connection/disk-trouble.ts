/** A state of a host's disk in which commands that write fail. Found by looking, not by reading what a command printed. */
export interface DiskTrouble {
  code: "no_space" | "read_only";
  hint: string;
}

/** Prints the mounts of the host, then their free space and inodes, each part after a line of its own. */
export const DISK_SCRIPT = `cat /proc/self/mounts
echo '--- space'
LC_ALL=C df -P -l -k 2>/dev/null
echo '--- inodes'
LC_ALL=C df -P -l -i 2>/dev/null`;

/** Where the steps write. */
const WRITTEN = [
  "/",
  "/etc",
  "/opt",
  "/run",
  "/tmp",
  "/usr",
  "/var",
  "/var/lib",
  "/var/lib/docker",
  "/var/tmp",
];

// File systems that are full and read-only by nature, or that hold no files of ours.
const NOT_DISKS = new Set([
  "squashfs",
  "iso9660",
  "udf",
  "erofs",
  "efivarfs",
  "ramfs",
  "devtmpfs",
  "overlay",
]);

/** Less is as good as full: dpkg needs more than this for one package. */
const LOW_KIB = 1024;

export const readOnlyHint = (place: string) =>
  `${place} is mounted read-only. The kernel does this after disk errors (journalctl -k tells); otherwise: mount -o remount,rw ${place}`;

export const spaceHint = (place: string) =>
  `no space is left on ${place}: make room there (docker system prune, apt-get clean, journalctl --vacuum-size=100M), then run the same command again`;

export const inodesHint = (place: string) =>
  `${place} can hold no more files (no inodes are free): remove some there, then run the same command again`;

/** @param output what {@link DISK_SCRIPT} printed */
export function judgeDisks(output: string): DiskTrouble | undefined {
  const [mountText = "", spaceText = "", inodeText = ""] = output.split(/^--- \w+\n/m);
  const mounts = mountText
    .split("\n")
    .map(readMount)
    .filter((mount) => mount !== undefined);
  // the last mount at a place hides those before it
  const byPlace = new Map(mounts.map((mount) => [mount.place, mount]));
  const readOnly = WRITTEN.map((path) => byPlace.get(path)).find((mount) => mount?.isReadOnly);
  if (readOnly !== undefined) {
    return {
      code: "read_only",
      hint: readOnlyHint(readOnly.place),
    };
  }
  const isOurs = ({ place }: Usage) => {
    const mount = byPlace.get(place);
    return place === "/" || (mount !== undefined && !mount.isReadOnly && !NOT_DISKS.has(mount.type));
  };
  const full = readUsage(spaceText)
    .filter(isOurs)
    .find(({ free }) => free < LOW_KIB);
  if (full !== undefined) {
    return {
      code: "no_space",
      hint: spaceHint(full.place),
    };
  }
  const noInodes = readUsage(inodeText)
    .filter(isOurs)
    .find(({ free }) => free === 0);
  if (noInodes === undefined) return undefined;
  return {
    code: "no_space",
    hint: inodesHint(noInodes.place),
  };
}

interface Mount {
  place: string;
  type: string;
  isReadOnly: boolean;
}

/** A line of fstab(5)'s form; a space in a name stands there as \\040. */
function readMount(line: string): Mount | undefined {
  const [, place, type, options] = line.split(" ");
  if (place === undefined || type === undefined || options === undefined) return undefined;
  const name = place.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
  return { place: name, type, isReadOnly: options.split(",").includes("ro") };
}

interface Usage {
  place: string;
  /** KiB, or inodes */
  free: number;
}

/** The lines of `df -P`; those without a total are of file systems that have no such limit. */
function readUsage(text: string): Usage[] {
  const usages: Usage[] = [];
  for (const line of text.split("\n").slice(1)) {
    const [, total, , free, place] = /^\S.*?\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\S+%?\s+(\/.*)$/.exec(line) ?? [];
    if (place !== undefined && Number(total) > 0) usages.push({ place, free: Number(free) });
  }
  return usages;
}
