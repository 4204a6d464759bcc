import type { Facts } from "../facts/facts.ts";
import { holdPackages, hostApt } from "./apt.ts";
import { blameSources, installJudged, installPackages, rehearseInstallation } from "./apt-install.ts";
import { withRehearsal } from "./apt-rehearsal.ts";
import { formatChanges, type Simulation } from "./apt-simulation.ts";
import {
  type Distribution,
  DOCKER_COMPOSE_PACKAGE,
  DOCKER_ENGINE_PACKAGES,
  distributionOf,
} from "./distribution.ts";
import { acceptOffer, type Missing, offersFor } from "./docker-offers.ts";
import type { DockerRepository } from "./docker-repository.ts";
import type { Change, Step } from "./step.ts";

/** Everything that belongs to an engine, whoever packaged it: a change of one restarts containers or changes Compose. */
const FAMILY = [
  ...DOCKER_ENGINE_PACKAGES,
  DOCKER_COMPOSE_PACKAGE,
  "docker.io",
  "docker-cli",
  "containerd",
  "docker-compose",
  "docker-compose-v2",
  ...["moby-engine", "moby-cli", "moby-containerd", "moby-buildx", "moby-compose"],
];

/** What runs containers, or takes the place of the command docker. */
const ENGINES = ["docker-ce", "docker.io", "moby-engine", "podman-docker"];

/**
 * Docker Engine and Compose v2: from Docker's repository where the host can reach it, else from the distribution. They are
 * held: an unattended upgrade must not restart the engine at night.
 *
 * @param options.upgrade bring them to the newest version that the host's package lists have
 * @param options.repository a repository of Docker's packages other than Docker's own
 */
export function dockerPackages(
  options: { upgrade: boolean; repository?: DockerRepository } = { upgrade: false },
): Step {
  return {
    id: "docker-packages",
    title: "Docker Engine and Compose",
    check(facts) {
      const distribution = distributionOf(facts);
      return (
        planInstall(facts, distribution, options.repository) ??
        (options.upgrade ? planUpgrade(facts) : undefined) ??
        planHold(facts)
      );
    },
  };
}

function planInstall(
  facts: Facts,
  distribution: Distribution,
  repository: DockerRepository | undefined,
): Change | undefined {
  const { docker } = facts;
  const missing: Missing = {
    engine: !docker.installed,
    client: !docker.client,
    compose: docker.composeVersion === undefined,
  };
  const names = [
    ...(missing.engine ? ["Docker Engine"] : missing.client ? ["the command docker"] : []),
    ...(missing.compose ? ["Compose v2"] : []),
  ];
  if (names.length === 0) return undefined;
  const offers = offersFor(facts, distribution, missing, repository);
  const holds = looseOf(facts).map((name) => describeHold(facts, name));
  const object = (simulation: Simulation) => (missing.engine ? [] : objectToEngines(simulation));
  return {
    summary: `install ${names.join(" and ")}`,
    details: [
      ...offers.map(
        ({ origin, packages }, index) =>
          `${index === 0 ? "+ " : "  or, "}${packages.join(" ")}, from ${origin}`,
      ),
      ...holds,
    ],
    rehearse: (context) =>
      withRehearsal(context, async (apt) => {
        const { offer, simulation, passed } = await acceptOffer(apt, offers, object);
        return [
          ...formatChanges(simulation),
          `  from ${offer.origin}`,
          ...passed.map((line) => `  ${line}`),
          ...holds,
        ];
      }),
    apply: async (context) => {
      const apt = hostApt(context);
      const { offer, dead, passed } = await acceptOffer(apt, offers, object);
      for (const line of passed) context.tell(line);
      if (missing.engine) context.note(`from ${offer.origin}`);
      await blameSources(dead, installJudged(apt, { packages: offer.packages }));
      await holdPackages(context, FAMILY);
    },
  };
}

/** An engine that is there must not get company: both would want the same socket. */
function objectToEngines({ changes }: Simulation): string[] {
  const second = changes.filter(
    ({ name, from, to }) => ENGINES.includes(name) && from === undefined && to !== undefined,
  );
  if (second.length === 0) return [];
  return [`would install a second engine: ${second.map(({ name }) => name).join(", ")}`];
}

function planUpgrade(facts: Facts): Change | undefined {
  const old = FAMILY.filter((name) => {
    const candidate = facts.candidates[name];
    return (
      facts.packages[name] !== undefined && candidate !== undefined && candidate !== facts.packages[name]
    );
  });
  if (old.length === 0) return undefined;
  const installation = {
    packages: old,
    options: ["--only-upgrade", "--allow-change-held-packages"],
    free: FAMILY,
  };
  const stopped = stoppedByRestart(facts);
  return {
    summary: `upgrade ${old.join(" ")}${stopped.length > 0 ? ", which restarts running containers" : ""}`,
    details: [
      ...old.flatMap((name) => [`- ${name} ${facts.packages[name]}`, `+ ${name} ${facts.candidates[name]}`]),
      ...stopped,
    ],
    rehearse: async (context) => [...(await rehearseInstallation(context, installation)), ...stopped],
    apply: async (context) => {
      for (const line of stopped) context.tell(line.trim());
      await installPackages(context, installation);
      await holdPackages(context, installedOf(facts));
    },
  };
}

/** An upgrade restarts the engine: what it stops on the way is said before. */
function stoppedByRestart({ docker }: Facts): string[] {
  if (docker.liveRestore || docker.containers.length === 0) return [];
  return [`  stops with the engine, for want of live-restore: ${docker.containers.join(", ")}`];
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
