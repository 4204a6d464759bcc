import { UserError } from "../../../shared/user-error.ts";
import { CommandError, shellScript } from "../../connection/connection.ts";
import { type Apt, type AptContext, aptArgv, aptGet, hostApt, runApt } from "./apt.ts";
import { withRehearsal } from "./apt-rehearsal.ts";
import { findNoRoom, LOOK_AT_ROOM } from "./apt-room.ts";
import { formatChanges, objectTo, parseSimulation, type Simulation } from "./apt-simulation.ts";
import { refreshPackages } from "./apt-sources.ts";

/** What is to be installed, and on what terms. */
export interface Installation {
  packages: readonly string[];
  /** what it is, in errors: `repair needy`; by default, to install the packages */
  purpose?: string;
  /** further options of `apt-get install` */
  options?: readonly string[];
  /** packages that may change although they are on hold */
  free?: readonly string[];
}

const purposeOf = ({ packages, purpose = `install ${packages.join(" ")}` }: Installation) => purpose;

/** What `apt-get install` would do. @throws CommandError with apt's words where it cannot be done at all */
export async function simulate(apt: Apt, { packages, options = [] }: Installation): Promise<Simulation> {
  const title = `apt-get install ${packages.join(" ")}`.trim();
  const argv = aptGet(apt, "--simulate", "install", "--no-install-recommends", ...options, "--", ...packages);
  const { stdout } = await runApt(apt, argv, title);
  return parseSimulation(stdout);
}

/** The packages were found, and apt would do more than install them. */
export class PackagesRefusedError extends UserError {
  constructor(installation: Installation, objections: readonly string[]) {
    super("packages_refused", `cannot ${purposeOf(installation)}: apt ${objections.join(", and ")}`, {
      hint: "nothing of it was installed; what others have installed is theirs: remove it yourself if nobody needs it there",
    });
  }
}

/**
 * A simulation against which nothing speaks, on a host that has room for it: dpkg would otherwise leave packages half
 * unpacked.
 *
 * @throws PackagesRefusedError; UserError `read_only`, `no_space`; CommandError with apt's words
 */
export async function judge(apt: Apt, installation: Installation): Promise<Simulation> {
  const simulation = await simulate(apt, installation);
  const objections = objectTo(simulation, installation.free);
  if (objections.length > 0) throw new PackagesRefusedError(installation, objections);
  const versions = simulation.changes.flatMap(({ name, to }) => (to === undefined ? [] : [`${name}=${to}`]));
  if (versions.length === 0) return simulation;
  const argv = aptArgv(apt, shellScript(LOOK_AT_ROOM, ...versions));
  const { stdout } = await apt.context.connection.exec(argv, { become: true });
  const noRoom = findNoRoom(purposeOf(installation), simulation.changes, stdout);
  if (noRoom !== undefined) throw noRoom;
  return simulation;
}

/** Names the sources that could not be read where something could not be had: apt's words then do not say why. */
export async function blameSources<T>(dead: readonly string[], work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CommandError) || dead.length === 0) throw error;
    const sources = dead.map((source) => `\n    ${source}`).join("");
    throw new UserError(
      "apt_source_dead",
      `${error.message}\n  and apt could not read these sources:${sources}`,
      {
        hint: "fix them, or take out of /etc/apt/sources.list.d what nobody needs",
        cause: error,
      },
    );
  }
}

/** Installs what was judged: apt is told once more to remove nothing. @throws CommandError with apt's own words */
export async function installJudged(apt: Apt, { packages, options = [] }: Installation): Promise<void> {
  const title = `apt-get install ${packages.join(" ")}`.trim();
  apt.context.progress(title);
  const argv = aptGet(
    apt,
    "install",
    "--no-remove",
    "--no-install-recommends",
    ...options,
    "--",
    ...packages,
  );
  await runApt(apt, argv, title);
}

/**
 * The one way to install packages: the lists are refreshed, the installation is simulated, and refused where it would do more
 * than install; then it is done. Recommendations are left out.
 *
 * @throws PackagesRefusedError; UserError `apt_source_dead`; CommandError with apt's own words
 */
export async function installPackages(context: AptContext, installation: Installation): Promise<void> {
  const apt = hostApt(context);
  const dead = await refreshPackages(apt);
  await blameSources(dead, judge(apt, installation));
  await blameSources(dead, installJudged(apt, installation));
}

/**
 * The same up to the simulation, with copies of the host's lists and sources: nothing on the host is changed.
 *
 * @returns what would change, as lines of a diff
 * @throws as {@link installPackages}
 */
export function rehearseInstallation(context: AptContext, installation: Installation): Promise<string[]> {
  return withRehearsal(context, async (apt) => {
    const dead = await refreshPackages(apt);
    return formatChanges(await blameSources(dead, judge(apt, installation)));
  });
}
