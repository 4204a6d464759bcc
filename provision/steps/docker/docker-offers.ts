import { UserError } from "../../../shared/user-error.ts";
import type { Apt } from "../../host/apt/apt.ts";
import { blameSources, judge, PackagesRefusedError } from "../../host/apt/apt-install.ts";
import type { Simulation } from "../../host/apt/apt-simulation.ts";
import { refreshPackages } from "../../host/apt/apt-sources.ts";
import {
  type Distribution,
  DOCKER_COMPOSE_PACKAGE,
  DOCKER_ENGINE_PACKAGES,
} from "../../host/distribution.ts";
import type { Facts } from "../../host/facts/facts.ts";
import {
  type AddedSources,
  addDockerRepository,
  addPinnedSuite,
  type DockerRepository,
} from "./docker-repository.ts";

/** One way to come by what is missing of the engine. */
export interface Offer {
  /** where it comes from, for people: `Docker's repository`, `trixie` */
  origin: string;
  packages: string[];
  /** makes its packages known to apt; undefined where that cannot be done */
  addSources(apt: Apt): Promise<AddedSources | undefined>;
}

/** What is missing of the engine, its command and Compose. */
export interface Missing {
  engine: boolean;
  client: boolean;
  compose: boolean;
}

const NO_SOURCES = async (): Promise<AddedSources> => ({ undo: async () => {} });

/** The ways, the best first. Docker's own engine gets Docker's own parts; any other gets its distribution's. Pure. */
export function offersFor(
  facts: Facts,
  distribution: Distribution,
  missing: Missing,
  repository?: DockerRepository,
): Offer[] {
  const { codename, enginePackages, clientPackages, composePackage, composeSuite } = distribution;
  const pick = (engine: string[], client: string[], compose: string) => [
    ...(missing.engine ? engine : missing.client ? client : []),
    ...(missing.compose ? [compose] : []),
  ];
  const fromDocker: Offer = {
    origin: "Docker's repository",
    packages: pick(DOCKER_ENGINE_PACKAGES, ["docker-ce-cli"], DOCKER_COMPOSE_PACKAGE),
    addSources: (apt) => addDockerRepository(apt, distribution, facts.architecture, repository),
  };
  const suffix = composeSuite === undefined ? "" : `/${composeSuite}`;
  const fromDistribution: Offer = {
    origin: codename,
    packages: pick(enginePackages, clientPackages, `${composePackage}${suffix}`),
    addSources:
      composeSuite !== undefined && missing.compose
        ? (apt) => addPinnedSuite(apt, composeSuite, composePackage)
        : NO_SOURCES,
  };
  if (missing.engine) return [fromDocker, fromDistribution];
  const isDockers = "docker-ce" in facts.packages;
  return isDockers
    ? [{ ...fromDocker, addSources: NO_SOURCES }, fromDocker, fromDistribution]
    : [fromDistribution];
}

/** An offer against which nothing speaks, its sources in place. */
export interface AcceptedOffer {
  offer: Offer;
  simulation: Simulation;
  /** sources that could not be read */
  dead: string[];
  /** why the offers before it were not taken */
  passed: string[];
}

/**
 * Takes the first offer that apt can install without removing anything; the sources of the others are taken back.
 *
 * @param object what else speaks against an installation
 * @throws UserError `packages_refused` where each of them would remove something or cannot be had
 */
export async function acceptOffer(
  apt: Apt,
  offers: readonly Offer[],
  object: (simulation: Simulation) => string[],
): Promise<AcceptedOffer> {
  const passed: string[] = [];
  let failure: unknown;
  for (const offer of offers) {
    const added = await offer.addSources(apt);
    if (added === undefined) {
      passed.push(`${offer.origin} cannot be reached`);
      continue;
    }
    try {
      const dead = await refreshPackages(apt);
      const simulation = await blameSources(dead, judge(apt, { packages: offer.packages }));
      const objections = object(simulation);
      if (objections.length > 0) throw new PackagesRefusedError(offer, objections);
      return { offer, simulation, dead, passed };
    } catch (error) {
      await added.undo();
      if (!(error instanceof UserError)) throw error;
      // A refusal tells more than a package that is not to be had.
      if (!(failure instanceof PackagesRefusedError)) failure = error;
      passed.push(`from ${offer.origin}: ${describe(error)}`);
    }
  }
  if (passed.length === 1 || !(failure instanceof UserError)) throw failure;
  throw new UserError(
    failure.code,
    `cannot install what the engine needs:\n${passed.map((line) => `    ${line}`).join("\n")}`,
    {
      hint: failure.hint,
      cause: failure,
    },
  );
}

const describe = (error: UserError) => error.message.replaceAll("\n", "\n    ");
