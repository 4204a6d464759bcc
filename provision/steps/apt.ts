import { CommandError, type CommandResult, run, shellScript } from "../connection/connection.ts";
import type { ApplyContext } from "./step.ts";

// dpkg asks nothing and keeps changed configuration files; apt waits for whoever holds its locks.
const APT_GET = [
  "env",
  "DEBIAN_FRONTEND=noninteractive",
  "NEEDRESTART_MODE=a",
  "apt-get",
  "-q",
  "-y",
  "-o=DPkg::Lock::Timeout=600",
  "-o=Dpkg::Options::=--force-confdef",
  "-o=Dpkg::Options::=--force-confold",
  "-o=Acquire::Retries=3",
];

/** Ends what an earlier run left half done, and refreshes the package lists. */
export async function refreshPackages({ connection, facts, progress }: ApplyContext): Promise<void> {
  if (facts.brokenPackages.length > 0) {
    progress(`repairing ${facts.brokenPackages.join(" ")}`);
    await run(
      connection,
      [
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "dpkg",
        "--force-confdef",
        "--force-confold",
        "--configure",
        "-a",
      ],
      {
        become: true,
        onLine: progress,
        title: "dpkg --configure -a",
      },
    );
  }
  progress("apt-get update");
  await run(connection, shellScript(UPDATE, ...APT_GET), {
    become: true,
    onLine: progress,
    title: "apt-get update",
  });
}

// `update` has its own lock, which DPkg::Lock::Timeout does not cover (code 100): wait for it with an open file's lock test.
const UPDATE = `
tries=0
until "$@" update; do
  code=$?
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ] || ! command -v fuser >/dev/null || ! fuser /var/lib/apt/lists/lock >/dev/null 2>&1; then
    exit $code
  fi
  echo "waiting for another apt to finish"
  sleep 5
done
`;

/** Installs packages without their recommendations. @throws CommandError with apt's own words */
export async function installPackages(
  { connection, progress }: ApplyContext,
  packages: string[],
): Promise<CommandResult> {
  progress(`apt-get install ${packages.join(" ")}`);
  const argv = [...APT_GET, "install", "--no-install-recommends", "--", ...packages];
  const result = await connection.exec(argv, { become: true, onLine: progress });
  if (result.code !== 0) throw new CommandError(argv, result, `apt-get install ${packages.join(" ")}`);
  return result;
}
