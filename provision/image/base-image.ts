import { UserError } from "../../shared/user-error.ts";
import { type Connection, run, shellScript } from "../connection/connection.ts";
import { installPackages } from "../host/apt/apt-install.ts";
import { type Builder, hasImage } from "./engine.ts";
import type { WantedImage } from "./image.ts";
import { followProgress } from "./progress.ts";
import { adviseOnRegistry } from "./registry-failure.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Gets the images that a Dockerfile starts from: pulled, or, for `debian:SUITE-slim` where no registry can be reached,
 * made of Debian's own packages by debootstrap.
 */
export async function ensureBaseImages(
  builder: Builder,
  image: WantedImage,
  progress: (line: string) => void,
): Promise<void> {
  for (const base of baseImages(image)) {
    if (await hasImage(builder.docker, base)) continue;
    progress(`pulling ${base}`);
    const reason = await pull(builder, base, progress);
    if (reason === undefined) continue;
    const suite = suiteOf(base);
    if (suite === undefined)
      throw new UserError("pull_failed", `cannot pull ${base}: ${reason}`, {
        hint: adviseOnRegistry(base, reason),
      });
    progress(`no registry can be reached: making ${base} with debootstrap`);
    await installDebootstrap(builder.connection, progress);
    await run(builder.connection, shellScript(DEBOOTSTRAP, suite, base, KEYRING), {
      become: true,
      onLine: progress,
      title: `cannot pull ${base} (${reason}), and debootstrap`,
    });
  }
}

/** `trixie` for `debian:trixie-slim`; undefined for every other image. */
function suiteOf(base: string): string | undefined {
  return /^(?:docker\.io\/library\/)?debian:([a-z]+)(?:-slim)?$/.exec(base)?.[1];
}

/** Whether an image can be made here where no registry can be reached. */
export function isMadeByDebootstrap(base: string): boolean {
  return suiteOf(base) !== undefined;
}

/** The images in a Dockerfile's FROM lines, without its own stages. */
export function baseImages(image: Pick<WantedImage, "dockerfile" | "entries">): string[] {
  const file = image.entries.find(({ path }) => path === image.dockerfile);
  if (file === undefined || !Buffer.isBuffer(file.content)) {
    throw new UserError("dockerfile_missing", `cannot find ${image.dockerfile} in the build context`);
  }
  const stages = new Set(["scratch"]);
  const bases = new Set<string>();
  for (const line of readInstructions(file.content.toString("utf8"))) {
    const [, from, stage] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    if (from === undefined) continue;
    if (!stages.has(from.toLowerCase()) && !from.includes("$")) bases.add(from);
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...bases];
}

/** A Dockerfile's instructions, each on one line: what follows a backslash belongs to it, comments belong to none. */
function readInstructions(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => !line.trimStart().startsWith("#"));
  return lines
    .join("\n")
    .replace(/\\[ \t]*\n/g, " ")
    .split("\n")
    .map((line) => line.trim());
}

/** Returns the reason where the pull failed. */
async function pull(
  { docker }: Builder,
  name: string,
  progress: (line: string) => void,
): Promise<string | undefined> {
  try {
    const stream = await docker.pull(name);
    await followProgress(docker, stream, ({ id, status }) =>
      progress([id, status].filter(Boolean).join(" ")),
    );
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

const HAS_DEBOOTSTRAP = `command -v debootstrap >/dev/null && [ -r "$1" ]`;

/** Installs what makes images of Debian's packages, where it is not there; waits while another apt is at work. */
export async function installDebootstrap(
  connection: Connection,
  progress: (line: string) => void,
): Promise<void> {
  const { code } = await connection.exec(shellScript(HAS_DEBOOTSTRAP, KEYRING), { become: true });
  if (code === 0) return;
  const context = { connection, progress, tell: progress };
  await installPackages(context, { packages: ["debootstrap", "debian-archive-keyring"] });
}

// A slim one leaves out what Debian's own does: a third, which is then not shipped to any host.
const DEBOOTSTRAP = `
set -e
suite=$1 name=$2 keyring=$3
work=$(mktemp -d /var/tmp/longshore-base.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"
debootstrap --variant=minbase --keyring="$keyring" "$suite" "$root" \\
  http://deb.debian.org/debian
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/*
case $name in *-slim)
  (cd "$root/usr/share" && rm -rf man locale info groff linda lintian)
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  printf '%s\\n' 'path-exclude /usr/share/man/*' 'path-exclude /usr/share/locale/*' \\
    'path-exclude /usr/share/info/*' 'path-exclude /usr/share/groff/*' 'path-exclude /usr/share/linda/*' \\
    'path-exclude /usr/share/lintian/*' 'path-exclude /usr/share/doc/*' \\
    'path-include /usr/share/doc/*/copyright' > "$root/etc/dpkg/dpkg.cfg.d/docker"
esac
# The engine takes what a failing tar has written for a whole image: it gets its name when all of it is there.
{ tar -C "$root" --numeric-owner -c . || : > "$work/failed"; } | docker import -c 'CMD ["bash"]' - > "$work/id"
image=$(cat "$work/id")
[ ! -e "$work/failed" ] || { docker image rm "$image" >/dev/null; echo "cannot pack $name" >&2; exit 1; }
docker tag "$image" "$name"
`;
