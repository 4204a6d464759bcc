import { run, shellScript } from "../connection/connection.ts";
import { type Distribution, DOCKER_COMPOSE_PACKAGE, DOCKER_ENGINE_PACKAGES } from "./distribution.ts";
import { writeHostFile } from "./host-file.ts";
import type { ApplyContext } from "./step.ts";

const KEYRING = "/etc/apt/keyrings/docker.asc";
const HOST = "download.docker.com";

// apt's own downloader: a bare host has neither curl nor wget. 10 s are enough to know that there is no way out.
const FETCH_KEY = `
set -e
mkdir -p /etc/apt/keyrings
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
/usr/lib/apt/apt-helper -o Acquire::Retries=0 -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 \\
  download-file "$1" "$temporary/key"
grep -q 'BEGIN PGP PUBLIC KEY BLOCK' "$temporary/key"
install -m 0644 "$temporary/key" "$2"
`;

/** Adds Docker's repository, keyed with signed-by, for Docker's packages only; apt's lists are not refreshed. Returns false where the host cannot reach it. */
export async function addDockerRepository(
  context: ApplyContext,
  { dockerRepository, codename }: Distribution,
): Promise<boolean> {
  const { connection, facts, progress } = context;
  const base = `https://${HOST}/linux/${dockerRepository}`;
  progress(`asking ${base}`);
  const key = await connection.exec(shellScript(FETCH_KEY, `${base}/gpg`, KEYRING), { become: true });
  if (key.code !== 0) return false;
  const names = [...DOCKER_ENGINE_PACKAGES, DOCKER_COMPOSE_PACKAGE, "docker-ce-rootless-extras"];
  // The pins come first: no apt in between takes anything else from there.
  await writeHostFile(connection, {
    path: "/etc/apt/preferences.d/longshore-docker",
    mode: "0644",
    content: formatPins([
      { packages: "*", pin: `origin ${HOST}`, priority: -1 },
      { packages: names.join(" "), pin: `origin ${HOST}`, priority: 500 },
    ]),
  });
  const lines = [
    "Types: deb",
    `URIs: ${base}`,
    `Suites: ${codename}`,
    "Components: stable",
    `Architectures: ${facts.architecture}`,
    `Signed-By: ${KEYRING}`,
  ];
  await writeHostFile(connection, {
    path: "/etc/apt/sources.list.d/docker.sources",
    mode: "0644",
    content: `${lines.join("\n")}\n`,
  });
  return true;
}

/** Makes one package of another Debian suite installable, and nothing else of it; apt's lists are not refreshed. */
export async function addPinnedSuite(
  context: ApplyContext,
  suite: string,
  packageName: string,
): Promise<void> {
  const source = [
    "Types: deb",
    "URIs: http://deb.debian.org/debian",
    `Suites: ${suite}`,
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  await writeHostFile(context.connection, {
    path: `/etc/apt/preferences.d/longshore-${suite}`,
    mode: "0644",
    content: formatPins([
      { packages: "*", pin: `release n=${suite}`, priority: -1 },
      { packages: packageName, pin: `release n=${suite}`, priority: 50 },
    ]),
  });
  await writeHostFile(context.connection, {
    path: `/etc/apt/sources.list.d/longshore-${suite}.sources`,
    mode: "0644",
    content: `${source.join("\n")}\n`,
  });
  await run(context.connection, ["test", "-r", "/usr/share/keyrings/debian-archive-keyring.gpg"], {
    title: "finding Debian's keyring",
  });
}

/** apt_preferences(5) */
function formatPins(pins: { packages: string; pin: string; priority: number }[]): string {
  const blocks = pins.map(
    ({ packages, pin, priority }) => `Package: ${packages}\nPin: ${pin}\nPin-Priority: ${priority}\n`,
  );
  return blocks.join("\n");
}
