import { UserError } from "../../../shared/user-error.ts";
import { shellScript } from "../../connection/connection.ts";
import { type Apt, aptArgv } from "../../host/apt/apt.ts";
import {
  type Distribution,
  DOCKER_COMPOSE_PACKAGE,
  DOCKER_ENGINE_PACKAGES,
} from "../../host/distribution.ts";
import { writeHostFile } from "../../host/host-file.ts";
import { fingerprintOf } from "./openpgp.ts";

/** Where Docker's packages come from, and whose signature they bear. */
export interface DockerRepository {
  /** above the folders of the distributions, without a slash at its end */
  url: string;
  /** of the key that signs it: 40 hex digits, upper case */
  key: string;
}

/** Docker's own. The key is the one that Docker's documentation names ("Install Docker Engine on Debian"). */
export const DOCKERS_OWN: DockerRepository = {
  url: "https://download.docker.com/linux",
  key: "9DC858229FC7DD38854AE2D88D81803C0EBFCD88",
};

const FILES = {
  source: "sources.list.d/docker.sources",
  pins: "preferences.d/longshore-docker",
  key: "keyrings/docker.asc",
};

/** Sources that were added, and what takes them back. */
export interface AddedSources {
  undo(): Promise<void>;
}

const NOTHING_ADDED: AddedSources = { undo: async () => {} };

/**
 * Adds Docker's repository, keyed with signed-by, for Docker's packages only; apt's lists are not refreshed. A source of it that
 * the host has already stays as it is: two that name other keys would stop apt altogether.
 *
 * @returns undefined where the host cannot reach it
 * @throws UserError `docker_key` where another key is there than the one that is known
 */
export async function addDockerRepository(
  apt: Apt,
  { dockerRepository, codename }: Distribution,
  architecture: string,
  { url, key }: DockerRepository = DOCKERS_OWN,
): Promise<AddedSources | undefined> {
  const base = `${url}/${dockerRepository}`;
  const { hostname } = new URL(url);
  const { connection, progress, tell } = apt.context;
  if (await hasSource(apt, hostname)) return NOTHING_ADDED;
  progress(`asking ${base}`);
  const keyUrl = `${base}/gpg`;
  const fetched = await connection.exec(aptArgv(apt, shellScript(FETCH, keyUrl)), { become: true });
  if (fetched.code !== 0) return undefined;
  const found = fingerprintOf(fetched.stdout);
  if (found === undefined) {
    tell(`${keyUrl} is no key: Docker's repository is left alone`);
    return undefined;
  }
  if (found !== key) {
    throw new UserError(
      "docker_key",
      `cannot trust Docker's repository: the key at ${keyUrl}, as the host sees it, is ${found}, and not ${key}`,
      {
        hint: "somebody may stand in between; a repository of your own has longshore_docker_repository and longshore_docker_key in the inventory",
      },
    );
  }
  const names = [...DOCKER_ENGINE_PACKAGES, DOCKER_COMPOSE_PACKAGE, "docker-ce-rootless-extras"];
  const lines = [
    "Types: deb",
    `URIs: ${base}`,
    `Suites: ${codename}`,
    "Components: stable",
    `Architectures: ${architecture}`,
    `Signed-By: ${apt.etc}/${FILES.key}`,
  ];
  // The pins come first: no apt in between takes anything else from there.
  return writeSources(apt, {
    [FILES.key]: fetched.stdout,
    [FILES.pins]: formatPins([
      { packages: "*", pin: `origin ${hostname}`, priority: -1 },
      { packages: names.join(" "), pin: `origin ${hostname}`, priority: 500 },
    ]),
    [FILES.source]: `${lines.join("\n")}\n`,
  });
}

// apt's own downloader: a bare host has neither curl nor wget. 10 s are enough to know that there is no way out.
const FETCH = `
set -e
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
/usr/lib/apt/apt-helper -o Acquire::Retries=0 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 \\
  download-file "$1" "$temporary/key" >&2
head -c 65536 "$temporary/key"
`;

/** Makes one package of another Debian suite installable, and nothing else of it; apt's lists are not refreshed. */
export function addPinnedSuite(apt: Apt, suite: string, packageName: string): Promise<AddedSources> {
  const source = [
    "Types: deb",
    "URIs: http://deb.debian.org/debian",
    `Suites: ${suite}`,
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  return writeSources(apt, {
    [`preferences.d/longshore-${suite}`]: formatPins([
      { packages: "*", pin: `release n=${suite}`, priority: -1 },
      { packages: packageName, pin: `release n=${suite}`, priority: 50 },
    ]),
    [`sources.list.d/longshore-${suite}.sources`]: `${source.join("\n")}\n`,
  });
}

// A source that is commented out counts for nothing; our own file is written anew.
const FIND = `
cd "$1" || exit 1
host=$2 own=$3
for file in sources.list sources.list.d/*.list sources.list.d/*.sources; do
  [ -f "$file" ] && [ "$file" != "$own" ] && grep -v '^[[:space:]]*#' "$file" | grep -qF "://$host/" && exit 0
done
exit 1
`;

async function hasSource({ context, etc }: Apt, hostname: string): Promise<boolean> {
  const { code } = await context.connection.exec(shellScript(FIND, etc, hostname, FILES.source), {
    become: true,
  });
  return code === 0;
}

const LIST = 'cd "$1"; shift; for file; do [ ! -e "$file" ] || echo "$file"; done';
const REMOVE = 'cd "$1" && shift && rm -f -- "$@"';

/** Writes files below apt's folder, in order. Taking them back removes those that were not there before. */
async function writeSources({ context, etc }: Apt, files: Record<string, string>): Promise<AddedSources> {
  const { connection } = context;
  const names = Object.keys(files);
  const { stdout } = await connection.exec(shellScript(LIST, etc, ...names), { become: true });
  const fresh = names.filter((name) => !stdout.split("\n").includes(name));
  for (const [name, content] of Object.entries(files))
    await writeHostFile(connection, { path: `${etc}/${name}`, mode: "0644", content });
  return {
    undo: async () => {
      if (fresh.length > 0) await connection.exec(shellScript(REMOVE, etc, ...fresh), { become: true });
    },
  };
}

/** apt_preferences(5) */
function formatPins(pins: { packages: string; pin: string; priority: number }[]): string {
  const blocks = pins.map(
    ({ packages, pin, priority }) => `Package: ${packages}\nPin: ${pin}\nPin-Priority: ${priority}\n`,
  );
  return blocks.join("\n");
}
