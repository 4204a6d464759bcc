import { ASK_SUPERVISOR } from "../facts/ask-supervisor.ts";

/**
 * Prints what runs on a host, for every container that longshore deployed (or those of one stack): a line `container …`
 * with the engine's view and a line `tasks …` with the supervisor's own (base64 JSON); `noengine` where the engine that is
 * installed does not answer. Argument: a stack's name or "".
 */
export const STATUS_SCRIPT = String.raw`${ASK_SUPERVISOR}
filter=label=longshore.stack
[ -z "$1" ] || filter=label=longshore.stack=$1
ids=
if command -v docker >/dev/null; then
  ids=$(docker ps -aq --no-trunc --filter "$filter") || printf 'noengine\n'
fi
for id in $ids; do
  printf 'container %s\n' "$(docker inspect --format '{{json .}}' "$id" | base64 -w 0)"
  printf 'tasks %s\n' "$(ask_supervisor "$id")"
done
for folder in /opt/longshore/*/current; do
  [ -L "$folder" ] && printf 'release %s %s\n' "$(basename "$(dirname "$folder")")" "$(basename "$(readlink "$folder")")"
done
exit 0
`;
