import { isDeepStrictEqual } from "node:util";
import { UserError } from "../../supervisor/config/user-error.ts";
import { run, shellScript } from "../connection/connection.ts";
import type { Facts } from "../facts/facts.ts";
import type { Step } from "./step.ts";

/** Keys of daemon.json (dockerd(8), "DAEMON CONFIGURATION FILE"). */
export type EngineConfig = Record<string, unknown>;

const FILE = "/etc/docker/daemon.json";

/** The engine's logs do not fill the disk, and its networks are small: 512 of them instead of 31. */
const DEFAULTS: EngineConfig = {
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "5" },
  "default-address-pools": [{ base: "172.18.0.0/15", size: 24 }],
  "live-restore": true,
};

/**
 * What daemon.json should hold: what is there stays, what the operator asks for replaces it, and our defaults fill the gaps.
 * Pure.
 */
export function mergeEngineConfig(
  present: EngineConfig,
  asked: EngineConfig,
  { swarm }: { swarm: boolean },
): EngineConfig {
  const merged: EngineConfig = { ...present, ...asked };
  for (const [key, value] of Object.entries(DEFAULTS)) {
    if (key in merged) continue;
    // The options are those of json-file: another driver refuses them, and the engine does not start.
    if (key === "log-opts" && merged["log-driver"] !== "json-file") continue;
    // A node of a swarm refuses to start with it (Docker's documentation, "Live restore").
    if (key === "live-restore" && swarm) continue;
    merged[key] = value;
  }
  return merged;
}

/**
 * The engine's configuration. Written before the engine is there, so that its first start reads it. A running engine is
 * restarted only where that stops no container: under live-restore, or where none runs; else it reads the file when it is
 * restarted the next time.
 */
export function dockerConfig(asked: EngineConfig = {}): Step {
  return {
    id: "docker-config",
    title: "engine configuration",
    check(facts) {
      const { docker, init } = facts;
      // An engine that was started by hand is its owner's to configure: it may have its settings in its arguments.
      if (init === "none" && docker.installed) return undefined;
      const present = readEngineConfig(docker.config);
      const wanted = mergeEngineConfig(present, asked, docker);
      const changed = Object.keys(wanted).filter((key) => !isDeepStrictEqual(present[key], wanted[key]));
      const restart = mayRestart(facts);
      if (changed.length === 0 && !(docker.configIsNewer && restart)) return undefined;
      return {
        summary: changed.length > 0 ? changed.join(", ") : "restart, to read what has changed",
        details: changed.flatMap((key) => [
          ...(key in present ? [`- ${key}: ${JSON.stringify(present[key])}`] : []),
          `+ ${key}: ${JSON.stringify(wanted[key])}`,
        ]),
        apply: async ({ connection, note }) => {
          const { stdout } = await run(connection, shellScript(CONFIGURE, FILE, restart ? "restart" : ""), {
            become: true,
            input: `${JSON.stringify(wanted, null, 2)}\n`,
            title: "configuring the engine",
          });
          if (docker.serverVersion !== undefined) note(stdout.trim().split("\n").at(-1) ?? "");
        },
      };
    },
  };
}

function mayRestart({ docker, init }: Facts): boolean {
  return init === "systemd" && docker.serverVersion !== undefined && !docker.swarm;
}

/** @throws UserError `engine_config_invalid`: we would destroy what somebody meant */
function readEngineConfig(text: string | undefined): EngineConfig {
  if (text === undefined || text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as EngineConfig;
  } catch {
    // as below
  }
  throw new UserError("engine_config_invalid", `cannot read the host's ${FILE}: it is no JSON object`, {
    hint: "mend it or move it away; the engine cannot start with it either",
  });
}

// SIGHUP makes live-restore count at once; what else has changed needs a restart, which then leaves the containers alone.
const CONFIGURE = `
set -e
file=$1 restart=$2
mkdir -p "$(dirname "$file")"
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
cat > "$new"
chmod 0644 "$new"
if dockerd --help 2>/dev/null | grep -q -e --validate; then dockerd --validate --config-file "$new" >/dev/null; fi
rm -f "$file.before"
[ ! -e "$file" ] || cp -p "$file" "$file.before"
mv -fT "$new" "$file"
if [ -z "$restart" ]; then
  echo "read at the engine's next start"
  exit 0
fi
systemctl reload docker
tries=0
until [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ] || [ -z "$(docker ps --quiet)" ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 50 ]; then
    echo "containers run without live-restore: read at the engine's next start"
    exit 0
  fi
  sleep 0.1
done
# A few restarts within a minute are no sign of a fault here, and systemd would refuse a further one.
systemctl reset-failed docker
if ! systemctl restart docker; then
  journalctl --unit docker --lines 20 --no-pager --output cat | grep -i 'fail\\|unable\\|conflict' | tail -n 3 >&2
  if [ -e "$file.before" ]; then mv -fT "$file.before" "$file"; else rm -f "$file"; fi
  systemctl reset-failed docker
  systemctl restart docker
  echo "the engine did not start with the new $file: the old one is back" >&2
  exit 1
fi
rm -f "$file.before"
echo "restarted"
`;
