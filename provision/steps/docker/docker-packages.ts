import { type Apt, holdPackages, hostApt } from "../../host/apt/apt.ts";
import {
  blameSources,
  installJudged,
  installPackages,
  rehearseInstallation,
} from "../../host/apt/apt-install.ts";
import { withRehearsal } from "../../host/apt/apt-rehearsal.ts";
import { formatChanges, type Simulation } from "../../host/apt/apt-simulation.ts";
import { DOCKER_COMPOSE_PACKAGE, DOCKER_ENGINE_PACKAGES, distributionOf } from "../../host/distribution.ts";
import type { Facts } from "../../host/facts/facts.ts";
import type { ApplyContext, Change, Step } from "../../host/step.ts";
import { type AcceptedOffer, acceptOffer, type Missing, type Offer, offersFor } from "./docker-offers.ts";
import type { DockerRepository } from "./docker-repository.ts";

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

export interface DockerPackagesStep extends Step {
  /**
   * Finds out where the engine can be installed from, before anything else of it is put on the host.
   * @throws UserError where it can be from nowhere, with nothing changed
   */
  choose(context: ApplyContext): Promise<void>;
}

/** Where what is missing comes from: asked once, by the first step that has to know. */
class Choice {
  private made: AcceptedOffer | undefined;

  constructor(readonly repository: DockerRepository | undefined) {}

  async make(context: ApplyContext): Promise<void> {
    this.made = await this.accept(hostApt(context), context.facts);
  }

  /** What was chosen, or is chosen now; after that it has to be asked anew. */
  async take(context: ApplyContext): Promise<AcceptedOffer> {
    const made = this.made ?? (await this.accept(hostApt(context), context.facts));
    this.made = undefined;
    return made;
  }

  accept(apt: Apt, facts: Facts): Promise<AcceptedOffer> {
    const missing = missingOf(facts);
    const object = (simulation: Simulation) => (missing.engine ? [] : objectToEngines(simulation));
    return acceptOffer(apt, this.offers(facts), object);
  }

  offers(facts: Facts): Offer[] {
    return offersFor(facts, distributionOf(facts), missingOf(facts), this.repository);
  }
}

function missingOf({ docker }: Facts): Missing {
  return {
    engine: !docker.installed,
    client: !docker.client,
    compose: docker.composeVersion === undefined,
  };
}

/**
 * Docker Engine and Compose v2: from Docker's repository where the host can reach it, otherwise from the distribution. They are
 * held: an unattended upgrade must not restart the engine at night.
 *
 * @param options.upgrade bring them to the newest version that the host's package lists have
 * @param options.repository a repository of Docker's packages other than Docker's own
 */
export function dockerPackages(
  options: { upgrade: boolean; repository?: DockerRepository } = { upgrade: false },
): DockerPackagesStep {
  const choice = new Choice(options.repository);
  return {
    id: "docker-packages",
    title: "Docker Engine and Compose",
    choose: (context) => choice.make(context),
    check(facts) {
      distributionOf(facts);
      return (
        planInstall(facts, choice) ?? (options.upgrade ? planUpgrade(facts) : undefined) ?? planHold(facts)
      );
    },
  };
}

function planInstall(facts: Facts, choice: Choice): Change | undefined {
  const missing = missingOf(facts);
  const names = [
    ...(missing.engine ? ["Docker Engine"] : missing.client ? ["the command docker"] : []),
    ...(missing.compose ? ["Compose v2"] : []),
  ];
  if (names.length === 0) return undefined;
  const offers = choice.offers(facts);
  const holds = looseOf(facts).map((name) => describeHold(facts, name));
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
        const { offer, simulation, passed } = await choice.accept(apt, facts);
        return [
          ...formatChanges(simulation),
          `  from ${offer.origin}`,
          ...passed.map((line) => `  ${line}`),
          ...holds,
        ];
      }),
    apply: async (context) => {
      const { offer, dead, passed } = await choice.take(context);
      for (const line of passed) context.tell(line);
      if (missing.engine) context.note(`from ${offer.origin}`);
      await blameSources(dead, installJudged(hostApt(context), { packages: offer.packages }));
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
