import { type CommandResult, run, shellScript } from "../connection/connection.ts";
import type { ApplyContext } from "./step.ts";

// dpkg asks nothing and keeps changed configuration files; what it says is in the words that the script below knows.
const ENVIRONMENT = ["env", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_MODE=a"];
const DPKG_OPTIONS = ["--force-confdef", "--force-confold"];
const APT_GET = [
  ...ENVIRONMENT,
  "apt-get",
  "-q",
  "-y",
  "-o=DPkg::Lock::Timeout=60",
  ...DPKG_OPTIONS.map((option) => `-o=Dpkg::Options::=${option}`),
  "-o=Acquire::Retries=3",
  // Descriptions in other languages, and a terminal that nobody looks at.
  "-o=Acquire::Languages=none",
  "-o=Dpkg::Use-Pty=0",
];

type AptContext = Pick<ApplyContext, "connection" | "progress" | "tell">;

/** What a line of the script below begins with when people should read it. */
const WAITING = "waiting for ";

/** Seconds that another apt may take. */
const LOCK_TIMEOUT = 900;

/**
 * Runs a program of apt's or dpkg's ("$@"), when nobody else holds one of their locks, and again where it failed because
 * somebody took one in between. The locks are the kernel's (fcntl), so its own list says who has them: fuser and lsof are
 * not on a minimal host. apt's own waiting does not cover the lists' lock, and does not say who is waited for. Whether a
 * lock was what failed is in apt's words only: its code is 100 for everything, and the lock may be free again by now.
 */
const SCRIPT = `
timeout=$1; shift
holder() {
  for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
    [ -e "$lock" ] || continue
    pid=$(awk -v inode=":$(stat -c %i "$lock")$" '$2 == "POSIX" && $4 == "WRITE" && $6 ~ inode { print $5; exit }' /proc/locks)
    [ -n "$pid" ] || continue
    echo "$(cat "/proc/$pid/comm" 2>/dev/null || echo apt) (process $pid)"
    return
  done
}
waited=0 said=
wait_for_lock() {
  while who=$(holder) && [ -n "$who" ]; do
    [ "$waited" -lt "$timeout" ] || { echo "$who has held apt's lock for $timeout s" >&2; exit 100; }
    [ "$who" = "$said" ] || echo "${WAITING}$who, which holds apt's lock"
    said=$who waited=$((waited + 1))
    sleep 1
  done
}
exec 3>&1
while wait_for_lock; do
  if errors=$("$@" 2>&1 >&3 3>&-); then code=0; else code=$?; fi
  case $code:$errors in
    0:*) ;;
    *"Could not get lock"* | *"lock was locked by another process"*)
      waited=$((waited + 1))
      sleep 1
      [ "$waited" -ge "$timeout" ] || continue
      ;;
  esac
  [ -z "$errors" ] || printf '%s\\n' "$errors" >&2
  exit $code
done
`;

/** The script above, for a program and its arguments. */
export const whenAptIsFree = (argv: readonly string[]) => shellScript(SCRIPT, String(LOCK_TIMEOUT), ...argv);

/** Runs apt or dpkg as root, when the locks are free; says who holds them up. */
function runApt({ connection, progress, tell }: AptContext, argv: string[], title: string) {
  return run(connection, whenAptIsFree(argv), {
    become: true,
    onLine: (line) => (line.startsWith(WAITING) ? tell(line) : progress(line)),
    title,
  });
}

/** Ends what dpkg left half done: an installation that was cut off. */
export async function repairPackages(context: ApplyContext): Promise<void> {
  context.progress("dpkg --configure -a");
  await runApt(
    context,
    [...ENVIRONMENT, "dpkg", ...DPKG_OPTIONS, "--configure", "-a"],
    "dpkg --configure -a",
  );
  await runApt(context, [...APT_GET, "--fix-broken", "install"], "apt-get --fix-broken install");
}

/** Refreshes the package lists. */
export async function refreshPackages(context: AptContext): Promise<void> {
  context.progress("apt-get update");
  await runApt(context, [...APT_GET, "update"], "apt-get update");
}

/** Installs packages without their recommendations. @throws CommandError with apt's own words */
export async function installPackages(
  context: AptContext,
  packages: readonly string[],
  options: readonly string[] = [],
): Promise<CommandResult> {
  const title = `apt-get install ${packages.join(" ")}`;
  context.progress(title);
  return runApt(
    context,
    [...APT_GET, "install", "--no-install-recommends", ...options, "--", ...packages],
    title,
  );
}

// A package that is not there must not be held: it could not be installed later on.
const HOLD = `
installed=$(dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' -- "$@" 2>/dev/null | sed -n 's/^installed //p')
[ -z "$installed" ] || apt-mark hold -- $installed
`;

/** Keeps packages at their version, until they are asked for by name; those of them that are installed. */
export async function holdPackages(context: AptContext, packages: readonly string[]): Promise<void> {
  await runApt(context, shellScript(HOLD, ...packages), "apt-mark hold");
}
