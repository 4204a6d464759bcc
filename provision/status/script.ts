/**
 * Prints what runs on a host, for every container that longshore deployed (or those of one stack): a line `container …`
 * with the engine's view and a line `tasks …` with the supervisor's own (base64 JSON). Argument: a stack's name or "".
 */
export const STATUS_SCRIPT = String.raw`
filter=label=longshore.stack
[ -z "$1" ] || filter=label=longshore.stack=$1
for id in $(docker ps -aq --no-trunc --filter "$filter"); do
  printf 'container %s\n' "$(docker inspect --format '{{json .}}' "$id" | base64 -w 0)"
  printf 'tasks %s\n' "$(docker exec "$id" longshorectl status --json </dev/null 2>/dev/null | base64 -w 0)"
done
for folder in /opt/longshore/*/current; do
  [ -L "$folder" ] && printf 'release %s %s\n' "$(basename "$(dirname "$folder")")" "$(basename "$(readlink "$folder")")"
done
command -v docker >/dev/null || printf 'nodocker\n'
exit 0
`;
