import { shellScript } from "../connection/connection.ts";

/** A log on a host that keeps itself small: at `maxSize` bytes `FILE` becomes `FILE.1`, and so on up to `FILE.maxFiles`. */
export interface HostLog {
  file: string;
  maxSize: number;
  maxFiles: number;
}

// The lock is the folder's: two operators neither mix their lines nor put the file aside twice. The line is read whole
// before, so that a connection that stalls holds up nobody, and one that is lost leaves a line of its own.
const APPEND = `
set -e
file=$1 max_size=$2 number=$3
umask 027
folder=$(dirname "$file")
mkdir -p "$folder"
line=$(cat)
exec 9< "$folder"
flock -w 10 9
if [ -e "$file" ] && [ "$(stat -c %s "$file")" -ge "$max_size" ]; then
  while [ "$number" -gt 1 ]; do
    newer=$((number - 1))
    [ ! -e "$file.$newer" ] || mv -fT "$file.$newer" "$file.$number"
    number=$newer
  done
  mv -fT "$file" "$file.1"
fi
printf '%s\\n' "$line" >> "$file"
`;

/** The argv that appends the line on its standard input; makes the folder, root's and its group's. */
export function appendLine({ file, maxSize, maxFiles }: HostLog): string[] {
  return shellScript(APPEND, file, String(maxSize), String(maxFiles));
}

const READ = `
file=$1 number=$2 count=$3
folder=$(dirname "$file")
[ -d "$folder" ] || exit 0
exec 9< "$folder"
flock --shared -w 10 9 || { echo "$folder is locked by another program" >&2; exit 1; }
{
  while [ "$number" -gt 0 ]; do
    [ ! -e "$file.$number" ] || cat "$file.$number"
    number=$((number - 1))
  done
  [ ! -e "$file" ] || cat "$file"
} | tail -n "$count"
`;

/** The argv that prints the last `count` lines, oldest first, whichever files they are in. */
export function readLastLines({ file, maxFiles }: HostLog, count: number): string[] {
  return shellScript(READ, file, String(maxFiles), String(count));
}
