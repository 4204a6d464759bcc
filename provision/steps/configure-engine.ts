import { UserError } from "../../supervisor/config/user-error.ts";
import { run, shellScript } from "../connection/connection.ts";
import { KNOWN_KEYS } from "./engine-flags.ts";
import type { ApplyContext } from "./step.ts";

type EngineContext = Pick<ApplyContext, "connection" | "facts">;

// Engine 23 and later check a file as they would read it; of an older one, its flags say which keys it knows.
const VALIDATE = `
set -e
new=$(mktemp)
trap 'rm -f "$new"' EXIT
cat > "$new"
help=$(dockerd --help 2>/dev/null || true)
case $help in
  *--validate*) dockerd --validate "$@" --config-file "$new" >/dev/null ;;
  *) printf '%s\\n' "$help" | sed -n 's/^ *\\(-[A-Za-z], \\)\\{0,1\\}--\\([a-z0-9-]*\\).*/\\2/p' ;;
esac
`;

/**
 * Lets the installed engine say whether it would start with this daemon.json and its unit's arguments. Nothing on the host is
 * changed.
 *
 * @throws CommandError with the engine's words; UserError `engine_config_invalid`
 */
export async function validateEngineConfig(
  { connection, facts }: EngineContext,
  text: string,
  args: readonly string[],
): Promise<undefined> {
  const { docker } = facts;
  if (!docker.installed) return;
  const { stdout } = await run(connection, shellScript(VALIDATE, ...args), {
    become: true,
    input: text,
    title: `checking ${docker.configFile}`,
  });
  const flags = stdout.split("\n").filter((line) => line !== "");
  if (flags.length === 0) return;
  const unknown = Object.keys(JSON.parse(text)).filter((key) => !flags.includes(key) && !KNOWN_KEYS.has(key));
  if (unknown.length === 0) return;
  throw new UserError(
    "engine_config_invalid",
    `cannot configure the engine: its version ${docker.serverVersion ?? "there"} knows no key ${unknown.join(", ")} in ${docker.configFile}`,
    { hint: "take the key out of the file, or out of longshore_docker; or upgrade the engine" },
  );
}

/**
 * Writes the engine's configuration, and restarts the engine where that is asked for. Where it does not start, the old file
 * comes back, and the engine with it.
 *
 * @returns what became of the engine, in a few words
 * @throws CommandError with the engine's words
 */
export async function configureEngine(
  { connection, facts: { docker } }: EngineContext,
  text: string,
  restart: boolean,
): Promise<string> {
  const file = docker.configTarget ?? docker.configFile;
  const mode = restart && docker.serverVersion !== undefined ? "restart" : "";
  const { stdout } = await run(
    connection,
    shellScript(CONFIGURE, file, mode, String(Buffer.byteLength(text))),
    {
      become: true,
      input: text,
      title: "configuring the engine",
    },
  );
  return stdout.trim().split("\n").at(-1) ?? "";
}

// SIGHUP makes live-restore count at once; what else has changed needs a restart, which then leaves the containers alone. A
// unit of Docker's has no limit of its own for its start.
const CONFIGURE = `
set -e
file=$1 restart=$2 size=$3
export DOCKER_HOST=unix:///var/run/docker.sock
mkdir -p "$(dirname "$file")"
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
if [ -e "$file" ]; then cp -p "$file" "$new"; else chmod 0644 "$new"; fi
cat > "$new"
[ "$(wc -c < "$new")" -eq "$size" ] || { echo "the input was cut off" >&2; exit 1; }
rm -f "$file.before"
[ ! -e "$file" ] || cp -p "$file" "$file.before"
mv -fT "$new" "$file"
trap - EXIT
if [ -z "$restart" ]; then
  rm -f "$file.before"
  exit 0
fi

# A few restarts within a minute are no sign of a fault here, and systemd would refuse a further one. A socket whose unit was
# changed while it was open hands nothing on until it is started anew.
start() {
  timeout 120 systemctl stop docker.socket docker.service 2>/dev/null || true
  systemctl reset-failed docker.service docker.socket 2>/dev/null || true
  timeout 120 systemctl start docker.service || return
  tries=0
  until timeout 10 docker version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || { echo "the engine does not answer" >&2; return 1; }
    sleep 0.2
  done
}

kill -HUP "$(systemctl show --property=MainPID --value docker.service)"
tries=0
until [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ] || [ -z "$(docker ps --quiet)" ]; do
  tries=$((tries + 1))
  if [ "$tries" -ge 50 ]; then
    rm -f "$file.before"
    echo "read at the engine's next start: containers run without live-restore"
    exit 0
  fi
  sleep 0.1
done
were=$(docker ps --quiet --no-trunc)
if ! start; then
  journalctl --unit docker _COMM=dockerd --lines 20 --no-pager --output cat | grep -i 'fail\\|unable\\|conflict' | tail -n 3 >&2
  if [ -e "$file.before" ]; then mv -fT "$file.before" "$file"; else rm -f "$file"; fi
  if start; then
    echo "the engine did not start with the new $file: the old one is back, and the engine runs with it" >&2
  else
    echo "the engine did not start with the new $file, and does not with the old one, which is back" >&2
  fi
  exit 1
fi
rm -f "$file.before"
ended=
for id in $were; do
  [ "$(docker inspect --format '{{.State.Running}}' "$id" 2>/dev/null)" = true ] || ended="$ended $(docker inspect --format '{{.Name}}' "$id" 2>/dev/null || echo "$id")"
done
echo "restarted\${ended:+; no longer running:$ended}"
`;
