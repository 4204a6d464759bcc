import type { Facts } from "../facts/facts.ts";
import { holdPackages, installPackages, refreshPackages } from "./apt.ts";
import {
  type Distribution,
  DOCKER_COMPOSE_PACKAGE,
  DOCKER_ENGINE_PACKAGES,
  distributionOf,
} from "./distribution.ts";
import { addDockerRepository, addPinnedSuite } from "./docker-repository.ts";
import type { ApplyContext, Change, Step } from "./step.ts";

/** Everything that belongs to an engine, whoever packaged it: a change of one restarts containers or changes Compose. */
const FAMILY = [
  ...DOCKER_ENGINE_PACKAGES,
  DOCKER_COMPOSE_PACKAGE,
  "docker.io",
  "docker-cli",
  "containerd",
  "docker-compose",
  "docker-compose-v2",
];

/**
 * Docker Engine and Compose v2: from Docker's repository where the host can reach it, else from the distribution. They are
 * held: an unattended upgrade must not restart the engine at night.
 *
 * @param options.upgrade bring them to the newest version that the host's package lists have
 */
export function dockerPackages(options: { upgrade: boolean } = { upgrade: false }): Step {
  return {
    id: "docker-packages",
    title: "Docker Engine and Compose",
    check(facts) {
      const distribution = distributionOf(facts);
      return (
        planInstall(facts, distribution) ??
        (options.upgrade ? planUpgrade(facts) : undefined) ??
        planHold(facts)
      );
    },
  };
}

function planInstall(facts: Facts, distribution: Distribution): Change | undefined {
  const { docker } = facts;
  const missing = [
    ...(docker.installed ? [] : ["Docker Engine"]),
    ...(docker.composeVersion === undefined ? ["Compose v2"] : []),
  ];
  if (missing.length === 0) return undefined;
  const engine = [
    `+ ${DOCKER_ENGINE_PACKAGES.join(" ")}`,
    `  or, without Docker's repository: ${distribution.enginePackages.join(" ")}`,
  ];
  return {
    summary: `install ${missing.join(" and ")}`,
    details: [
      ...(docker.installed ? [] : engine),
      ...(docker.composeVersion === undefined
        ? [`+ ${DOCKER_COMPOSE_PACKAGE}, or ${distribution.composePackage}`]
        : []),
      ...looseOf(facts).map((name) => describeHold(facts, name)),
    ],
    apply: (context) => installDocker(context, distribution),
  };
}

function planUpgrade(facts: Facts): Change | undefined {
  const old = FAMILY.filter((name) => {
    const candidate = facts.candidates[name];
    return (
      facts.packages[name] !== undefined && candidate !== undefined && candidate !== facts.packages[name]
    );
  });
  if (old.length === 0) return undefined;
  return {
    summary: `upgrade ${old.join(" ")}`,
    details: old.flatMap((name) => [
      `- ${name} ${facts.packages[name]}`,
      `+ ${name} ${facts.candidates[name]}`,
    ]),
    apply: async (context) => {
      await installPackages(context, old, ["--only-upgrade", "--allow-change-held-packages"]);
      await holdPackages(context, installedOf(facts));
    },
  };
}

function planHold(facts: Facts): Change | undefined {
  const loose = looseOf(facts);
  if (loose.length === 0) return undefined;
  return {
    summary: `hold ${loose.join(" ")}`,
    details: loose.map((name) => describeHold(facts, name)),
    apply: (context) => holdPackages(context, loose),
  };
}

/** What apt might change unasked; also what is half installed: it is repaired before this step comes, and then not held. */
function looseOf({ packages, brokenPackages, heldPackages }: Facts): string[] {
  return FAMILY.filter(
    (name) => (name in packages || brokenPackages.includes(name)) && !heldPackages.includes(name),
  );
}

function describeHold({ packages }: Facts, name: string): string {
  return `+ ${name} stays at ${packages[name] ?? "its version"} until provision --upgrade`;
}

function installedOf({ packages }: Facts): string[] {
  return FAMILY.filter((name) => name in packages);
}

/** All sources first, so that one update of the lists and one installation do: they are what takes long. */
async function installDocker(context: ApplyContext, distribution: Distribution): Promise<void> {
  const { docker, packages } = context.facts;
  const fromDocker = docker.installed
    ? "docker-ce" in packages
    : await addDockerRepository(context, distribution);
  if (!docker.installed)
    context.note(fromDocker ? "from Docker's repository" : `from ${distribution.codename}`);
  const engine = fromDocker ? DOCKER_ENGINE_PACKAGES : distribution.enginePackages;
  const compose = fromDocker ? DOCKER_COMPOSE_PACKAGE : await prepareCompose(context, distribution);
  await refreshPackages(context);
  await installPackages(context, [
    ...(docker.installed ? [] : engine),
    ...(docker.composeVersion === undefined ? [compose] : []),
  ]);
  await holdPackages(context, FAMILY);
}

/** Returns what to ask apt for. */
async function prepareCompose(context: ApplyContext, distribution: Distribution): Promise<string> {
  const { composePackage, composeSuite } = distribution;
  if (composeSuite === undefined) return composePackage;
  await addPinnedSuite(context, composeSuite, composePackage);
  return `${composePackage}/${composeSuite}`;
}
