import { run, shellScript } from "../connection/connection.ts";
import type { Facts } from "../facts/facts.ts";
import { installPackages, refreshPackages } from "./apt.ts";
import {
  type Distribution,
  DOCKER_COMPOSE_PACKAGE,
  DOCKER_ENGINE_PACKAGES,
  distributionOf,
} from "./distribution.ts";
import { writeHostFile } from "./host-file.ts";
import type { ApplyContext, Step } from "./step.ts";

/** Docker Engine and Compose v2: from Docker's repository where the host can reach it, else from the distribution. */
export const dockerPackages: Step = {
  id: "docker-packages",
  title: "Docker Engine and Compose",
  check(facts) {
    const distribution = distributionOf(facts);
    const missing = missingParts(facts);
    if (missing.length === 0 && facts.brokenPackages.length === 0) return undefined;
    return {
      summary:
        missing.length > 0 ? `install ${missing.join(" and ")}` : `repair ${facts.brokenPackages.join(" ")}`,
      details: [
        ...(facts.docker.installed
          ? []
          : [
              `+ ${DOCKER_ENGINE_PACKAGES.join(" ")}`,
              `  or, without Docker's repository: ${distribution.enginePackages.join(" ")}`,
            ]),
        ...(facts.docker.composeVersion === undefined
          ? [`+ ${DOCKER_COMPOSE_PACKAGE}, or ${distribution.composePackage}`]
          : []),
      ],
      apply: (context) => installDocker(context, distribution),
    };
  },
};

function missingParts({ docker }: Facts): string[] {
  const engine = docker.installed ? [] : ["Docker Engine"];
  return docker.composeVersion === undefined ? [...engine, "Compose v2"] : engine;
}

async function installDocker(context: ApplyContext, distribution: Distribution): Promise<void> {
  const { facts } = context;
  await refreshPackages(context);
  const composeMissing = facts.docker.composeVersion === undefined;
  if (facts.docker.installed) {
    if (composeMissing) await installCompose(context, distribution, "docker-ce" in facts.packages);
    return;
  }
  if (!("ca-certificates" in facts.packages)) await installPackages(context, ["ca-certificates"]);
  const fromDocker = await addDockerRepository(context, distribution);
  context.note(fromDocker ? "from Docker's repository" : `from ${distribution.codename}`);
  await installPackages(context, fromDocker ? DOCKER_ENGINE_PACKAGES : distribution.enginePackages);
  if (composeMissing) await installCompose(context, distribution, fromDocker);
}

async function installCompose(
  context: ApplyContext,
  distribution: Distribution,
  fromDocker: boolean,
): Promise<void> {
  if (fromDocker) {
    await installPackages(context, [DOCKER_COMPOSE_PACKAGE]);
  } else if (distribution.composeSuite === undefined) {
    await installPackages(context, [distribution.composePackage]);
  } else {
    await addPinnedSuite(context, distribution.composeSuite, distribution.composePackage);
    await installPackages(context, [`${distribution.composePackage}/${distribution.composeSuite}`]);
  }
}

const KEYRING = "/etc/apt/keyrings/docker.asc";
const SOURCE = "/etc/apt/sources.list.d/docker.sources";

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

/** Adds Docker's repository, keyed with signed-by. Returns false where the host cannot reach it. */
async function addDockerRepository(
  context: ApplyContext,
  { dockerRepository, codename }: Distribution,
): Promise<boolean> {
  const { connection, facts, progress } = context;
  const base = `https://download.docker.com/linux/${dockerRepository}`;
  progress(`asking ${base}`);
  const key = await connection.exec(shellScript(FETCH_KEY, `${base}/gpg`, KEYRING), { become: true });
  if (key.code !== 0) return false;
  const lines = [
    "Types: deb",
    `URIs: ${base}`,
    `Suites: ${codename}`,
    "Components: stable",
    `Architectures: ${facts.architecture}`,
    `Signed-By: ${KEYRING}`,
  ];
  await writeHostFile(connection, { path: SOURCE, mode: "0644", content: `${lines.join("\n")}\n` });
  await refreshPackages(context);
  return true;
}

/** Makes one package of another Debian suite installable, and nothing else of it. */
async function addPinnedSuite(context: ApplyContext, suite: string, packageName: string): Promise<void> {
  const source = [
    "Types: deb",
    "URIs: http://deb.debian.org/debian",
    `Suites: ${suite}`,
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
  ];
  const pins = [
    `Package: *\nPin: release n=${suite}\nPin-Priority: -1`,
    `Package: ${packageName}\nPin: release n=${suite}\nPin-Priority: 50`,
  ];
  await writeHostFile(context.connection, {
    path: `/etc/apt/preferences.d/longshore-${suite}`,
    mode: "0644",
    content: `${pins.join("\n\n")}\n`,
  });
  await writeHostFile(context.connection, {
    path: `/etc/apt/sources.list.d/longshore-${suite}.sources`,
    mode: "0644",
    content: `${source.join("\n")}\n`,
  });
  await run(context.connection, ["test", "-r", "/usr/share/keyrings/debian-archive-keyring.gpg"], {
    title: "finding Debian's keyring",
  });
  await refreshPackages(context);
}
