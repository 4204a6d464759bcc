import { UserError } from "../../../shared/user-error.ts";
import { inodesHint, readOnlyHint, spaceHint } from "../../connection/disk-trouble.ts";
import type { PackageChange } from "./apt-simulation.ts";

/**
 * Prints, for packages given as `name=version`, apt's record of each; then which archives are on the host already, and how
 * the places stand that apt and dpkg write to. Reads only.
 */
export const LOOK_AT_ROOM = `
apt-cache show -- "$@" 2>/dev/null | grep -E '^(Package|Version|Architecture|Installed-Size|Size): '
echo '--- archives'
ls /var/cache/apt/archives 2>/dev/null
echo '--- places'
for place in /usr /etc /var/lib/dpkg /var/cache/apt/archives; do
  [ -d "$place" ] || continue
  [ -w "$place" ] && mode=rw || mode=ro
  echo "$mode $place $(df --output=avail,iavail,itotal,target -k -- "$place" 2>/dev/null | tail -n 1)"
done
exit 0
`;

/** dpkg keeps so many files of a package: its list of files, digests, scripts, triggers, and the journal of its state. */
const FILES_OF_PACKAGE = 10;

/**
 * Why an installation would end half way: a place that cannot be written to, or that has less room than the packages say they
 * take. Packages that get a newer version count only with their archive. Pure.
 *
 * @param purpose for the error: `install docker.io`
 * @param output what {@link LOOK_AT_ROOM} printed
 * @returns the error to report; undefined where nothing is known that speaks against it
 */
export function findNoRoom(
  purpose: string,
  changes: readonly PackageChange[],
  output: string,
): UserError | undefined {
  const [records = "", archives = "", places = ""] = output.split(/^--- \w+\n/m);
  const coming = changes.filter(({ to }) => to !== undefined);
  const known = readRecords(records);
  const there = new Set(archives.split("\n"));
  let installedKib = 0;
  let downloadKib = 0;
  for (const { name, from, to } of coming) {
    const record = known.get(`${name.split(":")[0]}=${to}`);
    if (record === undefined) continue;
    if (from === undefined) installedKib += record.installedKib;
    if (!there.has(record.archive)) downloadKib += record.bytes / 1024;
  }
  const need: Record<string, { kib: number; files: number }> = {
    "/usr": { kib: installedKib, files: coming.length },
    "/etc": { kib: 0, files: 0 },
    "/var/lib/dpkg": { kib: 0, files: coming.length * FILES_OF_PACKAGE },
    "/var/cache/apt/archives": { kib: downloadKib, files: coming.length },
  };
  const read = readPlaces(places).filter(({ place }) => place in need);
  const refuse = (code: string, why: string, hint: string) =>
    new UserError(code, `cannot ${purpose}: ${why}`, { hint });
  const locked = read.find(({ isWritable }) => !isWritable);
  if (coming.length > 0 && locked !== undefined) {
    const { place, mount } = locked;
    return refuse("read_only", `${place} cannot be written to`, readOnlyHint(mount));
  }
  for (const { mount, freeKib, freeFiles } of read) {
    const own = read.filter((other) => other.mount === mount).map(({ place }) => need[place]);
    const kib = own.reduce((sum, each) => sum + (each?.kib ?? 0), 0);
    const files = own.reduce((sum, each) => sum + (each?.files ?? 0), 0);
    if (kib > freeKib) {
      const why = `it takes ${megabytes(kib)} on ${mount}, and ${megabytes(freeKib)} are free there`;
      return refuse("no_space", why, spaceHint(mount));
    }
    if (files > freeFiles) {
      const why = `it takes about ${files} files on ${mount}, which can hold ${freeFiles} more`;
      return refuse("no_space", why, inodesHint(mount));
    }
  }
  return undefined;
}

const megabytes = (kib: number) => `${(kib / 1024).toFixed(kib < 10_240 ? 1 : 0)} MB`;

interface PackageRecord {
  installedKib: number;
  bytes: number;
  /** the name of its file in /var/cache/apt/archives */
  archive: string;
}

/** Records of `apt-cache show` by `name=version`; one that several sources have stands there several times. */
function readRecords(text: string): Map<string, PackageRecord> {
  const records = new Map<string, PackageRecord>();
  for (const block of text.split(/^(?=Package: )/m)) {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
    const [name, version, architecture] = ["Package", "Version", "Architecture"].map(field);
    records.set(`${name}=${version}`, {
      installedKib: Number(field("Installed-Size")) || 0,
      bytes: Number(field("Size")) || 0,
      archive: `${name}_${version?.replaceAll(":", "%3a")}_${architecture}.deb`,
    });
  }
  return records;
}

interface Place {
  place: string;
  isWritable: boolean;
  /** where its file system is mounted */
  mount: string;
  freeKib: number;
  freeFiles: number;
}

/** `rw /usr 79267104 16297774 16777216 /`; a file system that has no table of inodes says 0 or `-` of them. */
function readPlaces(text: string): Place[] {
  return text.split("\n").flatMap((line): Place[] => {
    const [, mode, place, kib, files, allFiles, mount] =
      /^(rw|ro) (\S+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\/.*)$/.exec(line) ?? [];
    if (place === undefined || mount === undefined) return [];
    const freeFiles = Number(allFiles) > 0 ? Number(files) : Number.POSITIVE_INFINITY;
    return [{ place, isWritable: mode === "rw", mount, freeKib: Number(kib), freeFiles }];
  });
}
