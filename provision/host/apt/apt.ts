import { type CommandResult, run, shellScript } from "../../connection/connection.ts";
import type { ApplyContext } from "../step.ts";
import { WAITING, whenAptIsFree } from "./apt-lock.ts";

// dpkg asks nothing and keeps changed configuration files; what apt says is in the words that our scripts know. needrestart
// would restart services of others.
const ENVIRONMENT = ["env", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"];
const DPKG_OPTIONS = ["--force-confdef", "--force-confold"];
const OPTIONS = [
  "-q",
  "-y",
  "-o=DPkg::Lock::Timeout=60",
  ...DPKG_OPTIONS.map((option) => `-o=Dpkg::Options::=${option}`),
  "-o=Acquire::Retries=3",
  // Descriptions in other languages, and a terminal that nobody looks at.
  "-o=Acquire::Languages=none",
  "-o=Dpkg::Use-Pty=0",
];

export type AptContext = Pick<ApplyContext, "connection" | "progress" | "tell">;

/** apt on a host: with the host's own lists and sources, or with copies of them that are thrown away. */
export interface Apt {
  context: AptContext;
  /** the folder that apt reads its sources from: `/etc/apt` */
  etc: string;
  /** settings that lead apt to the copies; undefined for the host's own */
  config?: string;
}

/** The host's own apt: what is done with it stays. */
export const hostApt = (context: AptContext): Apt => ({ context, etc: "/etc/apt" });

/** An argv with the environment in which apt and dpkg ask nothing. */
export function aptArgv({ config }: Apt, argv: readonly string[]): string[] {
  return [...ENVIRONMENT, ...(config === undefined ? [] : [`APT_CONFIG=${config}`]), ...argv];
}

/** The argv of apt-get with our options. */
export const aptGet = (apt: Apt, ...args: string[]) => aptArgv(apt, ["apt-get", ...OPTIONS, ...args]);

/** Runs apt or dpkg as root, when the locks are free; says who holds them up. A failure is a result, not an error. */
export function tryApt({ context, config }: Apt, argv: string[]): Promise<CommandResult> {
  const { connection, progress, tell } = context;
  // Copies have locks of their own, which nobody holds.
  const command = config === undefined ? whenAptIsFree(argv) : argv;
  return connection.exec(command, {
    become: true,
    onLine: (line) => (line.startsWith(WAITING) ? tell(line) : progress(line)),
  });
}

/** As {@link tryApt}, for what must succeed. @throws CommandError with apt's own words */
export function runApt({ context, config }: Apt, argv: string[], title: string): Promise<CommandResult> {
  const { connection, progress, tell } = context;
  return run(connection, config === undefined ? whenAptIsFree(argv) : argv, {
    become: true,
    onLine: (line) => (line.startsWith(WAITING) ? tell(line) : progress(line)),
    title,
  });
}

/** Ends what dpkg was cut off at: configures what is only unpacked. A failure is a result: apt may know more ways. */
export function configurePackages(apt: Apt): Promise<CommandResult> {
  apt.context.progress("dpkg --configure -a");
  return tryApt(apt, aptArgv(apt, ["dpkg", ...DPKG_OPTIONS, "--configure", "-a"]));
}

// A package that is not there must not be held: it could not be installed later on.
const HOLD = `
installed=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' -- "$@" 2>/dev/null | sed -n 's/^installed //p')
[ -z "$installed" ] || apt-mark hold -- $installed
`;

/** Keeps packages at their version, until they are asked for by name; those of them that are installed. */
export async function holdPackages(context: AptContext, packages: readonly string[]): Promise<void> {
  await runApt(hostApt(context), shellScript(HOLD, ...packages), "apt-mark hold");
}
