import { UserError } from "../../../shared/user-error.ts";
import { run, shellScript } from "../../connection/connection.ts";
import { LIMITED } from "../../connection/limited.ts";
import type { ApplyContext } from "../../host/step.ts";
import { KNOWN_KEYS } from "./engine-flags.ts";

type EngineContext = Pick<ApplyContext, "connection" | "facts">;

// Engine 23 and later check a file as they would read it; of an older one, its flags say which keys it knows.
const VALIDATE = `${LIMITED}
set -e
new=$(mktemp)
trap 'rm -f "$new"' EXIT
cat > "$new"
help=$(timeout -k 1 10 dockerd --help 2>/dev/null || true)
case $help in
  *--validate*) limited 30 dockerd --validate "$@" --config-file "$new" >/dev/null ;;
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
    shellScript(CONFIGURE, file, mode, String(Buffer.byteLength(text)), ENGINE_LOCK, String(LOCK_SECONDS)),
    {
      become: true,
      input: text,
      title: "configuring the engine",
    },
  );
  return stdout.trim().split("\n").at(-1) ?? "";
}

/** Only root can open it: whoever can open a file can hold a lock on it. */
const ENGINE_LOCK = "/run/longshore-engine.lock";

/** Seconds that another operator's run may take: the engine is started twice at most, with two minutes each. */
const LOCK_SECONDS = 600;

// One at a time: two runs that restart the engine make each other fail, and the one that fails would take back, or remove, what
// the other one has written.
// SIGHUP makes live-restore count at once; what else has changed needs a restart, which then leaves the containers alone. A
// unit of Docker's has no limit of its own for its start. Who does not answer when asked which containers run is not restarted.
const CONFIGURE = `${LIMITED}
set -e
file=$1 restart=$2 size=$3 lock=$4
(umask 077 && : >> "$lock")
exec 8>> "$lock"
flock -w "$5" 8 || { echo "another run of longshore has configured the engine for $5 s" >&2; exit 1; }
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
  limited 120 systemctl stop docker.socket docker.service || true
  limited 30 systemctl reset-failed docker.service docker.socket 2>/dev/null || true
  limited 120 systemctl start docker.service || return
  tries=0
  until timeout -k 1 10 docker version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || { echo "the engine does not answer" >&2; return 1; }
    sleep 0.2
  done
}
take_back() {
  if [ -e "$file.before" ]; then mv -fT "$file.before" "$file"; else rm -f "$file"; fi
}
give_up() {
  take_back
  echo "the old $file is back; the engine was not restarted" >&2
  exit 1
}

pid=$(limited 10 systemctl show --property=MainPID --value docker.service) || give_up
[ "\${pid:-0}" -gt 0 ] || { echo "docker.service is not what runs the engine" >&2; give_up; }
kill -HUP "$pid" || give_up
tries=0
while :; do
  live=$(limited 10 docker info --format '{{.LiveRestoreEnabled}}') || give_up
  [ "$live" != true ] || break
  running=$(limited 10 docker ps --quiet) || give_up
  [ -n "$running" ] || break
  tries=$((tries + 1))
  if [ "$tries" -ge 50 ]; then
    rm -f "$file.before"
    echo "read at the engine's next start: containers run without live-restore"
    exit 0
  fi
  sleep 0.1
done
were=$(limited 10 docker ps --quiet --no-trunc) || give_up
if ! start; then
  limited 10 journalctl --unit docker _COMM=dockerd --lines 20 --no-pager --output cat | grep -i 'fail\\|unable\\|conflict' | tail -n 3 >&2
  take_back
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
  state=$(limited 10 docker inspect --format '{{.State.Running}}{{.Name}}' "$id" 2>/dev/null) || state=$id
  case $state in true/*) ;; *) ended="$ended \${state#false/}" ;; esac
done
echo "restarted\${ended:+; no longer running:$ended}"
`;
