import { LABELS } from "./compose/labels.ts";
import type { ContainerFacts } from "./container.ts";
import { parseContainer } from "./container.ts";

/** What a host's engine runs of one stack or of all, at one moment. */
export interface EngineView {
  /** by the host's clock */
  now: Date;
  /** an engine is installed, and does not answer */
  noEngine: boolean;
  /** what docker said of that, if anything */
  engineWords?: string;
  /** without those of `docker compose run` */
  containers: ContainerFacts[];
}

/**
 * A shell function `look_at_containers FILTER [SERVICE]` that prints, as lines `key=value`, what runs on a host:
 *
 *     now=TIME                  the host's clock
 *     container=JSON            in base64; what the engine says of it, its environment left out
 *     pidOne=ID ARGV            in base64, the words of the command line of its PID 1, ended by NUL
 *     tasks=ID JSON             in base64, what its supervisor says (a StatusAnswer)
 *     noEngine=WORDS            in base64; the engine does not answer, and docker says so
 *
 * A container is asked for its tasks where its PID 1 is longshored, or may be, and where its service is SERVICE.
 */
export const LOOK_AT_CONTAINERS = String.raw`
# An engine that takes connections and does not answer would be waited for for ever.
ask_docker() {
  if command -v timeout >/dev/null 2>&1; then timeout -k 1 10 docker "$@"; else docker "$@"; fi
}
# curl answers ten times sooner than a start of Node; an image without it has longshorectl all the same.
ask_supervisor() {
  ask_docker exec "$1" sh -c '
    socket=$LONGSHORE_SOCKET
    [ -n "$socket" ] || socket=/run/longshore/control.sock
    curl -fsS --max-time 5 --unix-socket "$socket" http://localhost/v1/tasks 2>/dev/null || longshorectl status --json
  ' </dev/null 2>/dev/null | base64 -w 0
}
# The host sees the first process of a container as one of its own, unless its engine runs in a virtual machine.
read_pid_one() {
  if grep -q "$1" "/proc/$2/cgroup" 2>/dev/null; then base64 -w 0 < "/proc/$2/cmdline"
  else ask_docker exec "$1" cat /proc/1/cmdline </dev/null 2>/dev/null | base64 -w 0
  fi
}
look_at_containers() {
  printf 'now=%s\n' "$(date -u +%Y-%m-%dT%H:%M:%S.%NZ)"
  ids=$(ask_docker ps -aq --no-trunc --filter "$1")
  code=$?
  if [ "$code" -ne 0 ]; then
    words="it has not answered within 10 s"
    [ "$code" -ge 124 ] || words=$(ask_docker version 2>&1 >/dev/null | head -c 2000)
    printf 'noEngine=%s\n' "$(printf %s "$words" | base64 -w 0)"
    return 0
  fi
  [ -n "$ids" ] || return 0
  # Fields by their names in Go: only then may one be absent, as a healthcheck is.
  format='{{.ID}} {{.State.Pid}} {{.State.Status}} ={{index .Config.Labels "${LABELS.service}"}} {"Id":{{json .ID}},
    "Name":{{json .Name}},"Created":{{json .Created}},"RestartCount":{{json .RestartCount}},"Path":{{json .Path}},"Args":{{json .Args}},"State":{{json .State}},
    "RestartPolicy":{{json .HostConfig.RestartPolicy}},"Ports":{{json .HostConfig.PortBindings}},
    "Image":{{json .Config.Image}},"Labels":{{json .Config.Labels}},"Healthcheck":{{json .Config.Healthcheck}}}'
  # One gone meanwhile makes this fail, and the others are printed all the same.
  ask_docker inspect --type container --format "$(printf %s "$format" | tr -d '\n')" $ids 2>/dev/null |
    while read -r id pid state name json; do
      printf 'container=%s\n' "$(printf %s "$json" | base64 -w 0)"
      [ "$state" = running ] || continue
      first=$(read_pid_one "$id" "$pid")
      printf 'pidOne=%s %s\n' "$id" "$first"
      if [ "$name" = "=$2" ] || [ -z "$first" ] || printf %s "$first" | base64 -d | grep -aq longshored; then
        printf 'tasks=%s %s\n' "$id" "$(ask_supervisor "$id")"
      fi
    done
}
`;

/** Looks at the containers of one stack. Arguments: the filter of `docker ps`, the service with the supervisor or "". */
export const LOOK_SCRIPT = `${LOOK_AT_CONTAINERS}
look_at_containers "$1" "$2"
`;

/** Reads the lines of {@link LOOK_AT_CONTAINERS}; others are passed over. Pure. */
export function parseLook(output: string): EngineView {
  const lines = output.split("\n").map((line) => {
    const at = line.indexOf("=");
    return { key: line.slice(0, at), value: line.slice(at + 1) };
  });
  const values = (key: string) => lines.filter((line) => line.key === key).map(({ value }) => value);
  const byContainer = (key: string) =>
    new Map(values(key).map((value) => value.split(" ") as [string, string | undefined]));
  const pidOnes = byContainer("pidOne");
  const tasks = byContainer("tasks");
  const containers = values("container").flatMap((value): ContainerFacts[] => {
    const inspected = decodeJson(value);
    const id = (inspected as { Id?: string } | undefined)?.Id ?? "";
    const pidOne = decode(pidOnes.get(id) ?? "")
      .split("\0")
      .filter((word) => word !== "");
    const container = parseContainer(inspected, pidOne, decodeJson(tasks.get(id) ?? ""));
    return container === undefined || container.isOneOff ? [] : [container];
  });
  const now = new Date(values("now")[0] ?? "");
  return {
    // A `date` without %N prints what is no time.
    now: Number.isNaN(now.getTime()) ? new Date() : now,
    noEngine: values("noEngine").length > 0,
    engineWords: decode(values("noEngine")[0] ?? "").trim() || undefined,
    containers,
  };
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

function decodeJson(base64: string): unknown {
  try {
    return JSON.parse(decode(base64));
  } catch {
    return undefined;
  }
}
