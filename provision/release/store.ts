import * as z from "zod";
import { type Connection, run, shellScript } from "../connection/connection.ts";
import { imagePattern } from "../image/image-name.ts";
import { layoutOf } from "./layout.ts";
import { packFiles } from "./pack-files.ts";
import { type Files, prefixed, type Release } from "./release.ts";

/** An entry of the stack's history, `releases.json` on the host. */
export const HistoryEntry = z.object({
  release: z.string(),
  images: z.record(z.string(), z.string()),
  deployed_at: z.string(),
  /** who deployed, from where: `anna@laptop` */
  by: z.string(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

// Everything arrives beside its place and is renamed into it: a cut connection or a full disk leaves the old state.
const RECEIVE = `
set -e
umask 077
root=$1 release=$2
mkdir -p "$root/releases" "$root/config" "$root/secrets"
chmod 0755 "$(dirname "$root")" "$root" "$root/releases" "$root/config"
rm -rf "$root"/.incoming.*
incoming=$(mktemp -d "$root/.incoming.XXXXXX")
trap 'rm -rf "$incoming"' EXIT
tar -x -p --no-same-owner -C "$incoming"
[ -e "$incoming/complete" ] || { echo "the transfer was cut off: nothing was changed" >&2; exit 1; }
rm -rf "$root/releases/$release"
mv -T "$incoming/release" "$root/releases/$release"
for folder in config secrets; do
  mkdir -p "$incoming/$folder"
  cd "$incoming/$folder"
  find . -type f | sort > "$incoming/list"
  while IFS= read -r file; do
    mkdir -p "$root/$folder/$(dirname "$file")"
    mv -f "$file" "$root/$folder/$file"
  done < "$incoming/list"
  cd "$root/$folder"
  find . -type f | sort | comm -13 "$incoming/list" - | while IFS= read -r file; do rm -f "$file"; done
done
`;

/** Ships a release's files and puts configuration and secrets in place. Nothing is started or reloaded. */
export async function syncRelease(connection: Connection, release: Release, deployedAt: Date): Promise<void> {
  const { root } = layoutOf(release.stack);
  const about = {
    stack: release.stack,
    release: release.id,
    image: imageNames(release)[release.settings.supervisor ?? ""] ?? null,
    host: connection.host,
    deployed_at: deployedAt.toISOString(),
    services: release.services,
  };
  const configFiles = { ...release.configFiles, "release.json": Buffer.from(`${JSON.stringify(about)}\n`) };
  const files: Files = {
    ...prefixed("release/", release.releaseFiles),
    ...prefixed("release/config/", configFiles),
    ...prefixed("config/", configFiles),
    ...prefixed("secrets/", release.secretFiles),
  };
  await run(connection, shellScript(RECEIVE, root, release.id), {
    become: true,
    input: packFiles(files),
    title: `writing the release to ${root}`,
  });
}

const ACTIVATE = `
set -e
umask 022
root=$1 release=$2 kept=$3 ours=$4 images=$5 size=$6
cat > "$root/.releases.json"
[ "$(wc -c < "$root/.releases.json")" -eq "$size" ] || { echo "the input was cut off" >&2; exit 1; }
ln -sfn "releases/$release" "$root/.current"
mv -T "$root/.current" "$root/current"
mv -f "$root/.releases.json" "$root/releases.json"
cd "$root/releases"
for folder in *; do
  case " $kept " in *" $folder "*) ;; *) rm -rf "$folder" ;; esac
done
docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=$ours" | while IFS= read -r image; do
  case " $images " in *" $image "*) ;; *) docker image rm "$image" >/dev/null 2>&1 || true ;; esac
done
`;

/** How many releases stay on the host for a rollback. */
const KEPT_RELEASES = 5;

/**
 * Makes a release the current one, and writes it into the history. Called when its containers are healthy.
 * Releases and images that are too old for a rollback are removed.
 */
export async function activateRelease(
  connection: Connection,
  release: Release,
  history: HistoryEntry[],
  entry: Pick<HistoryEntry, "deployed_at" | "by">,
): Promise<void> {
  const all: HistoryEntry[] = [...history, { release: release.id, images: imageNames(release), ...entry }];
  const kept = [...new Set(all.map((item) => item.release).reverse())].slice(0, KEPT_RELEASES);
  const images = all
    .filter((item) => kept.includes(item.release))
    .flatMap((item) => Object.values(item.images));
  const { root } = layoutOf(release.stack);
  const input = `${JSON.stringify(all.slice(-100), null, 2)}\n`;
  const size = String(Buffer.byteLength(input));
  const script = shellScript(
    ACTIVATE,
    root,
    release.id,
    kept.join(" "),
    imagePattern(release.stack),
    images.join(" "),
    size,
  );
  await run(connection, script, { become: true, input, title: "switching to the release" });
}

/** The history as the host has it; what is damaged is left out. */
export function parseHistory(text: string): HistoryEntry[] {
  try {
    const entries = z.array(z.unknown()).parse(JSON.parse(text));
    return entries.flatMap((entry) => HistoryEntry.safeParse(entry).data ?? []);
  } catch {
    return [];
  }
}

function imageNames(release: Release): Record<string, string> {
  return Object.fromEntries(release.images.map(({ service, name }) => [service, name]));
}
