import { LOOK_AT_CONTAINERS } from "../engine/look.ts";

/**
 * Prints what runs on a host, for every stack that longshore deployed (or one of them): the lines of the look at its
 * containers, and per stack `release=STACK ID` and `wanted=STACK JSON` (its release.json, in base64). Argument: a stack's
 * name or "".
 */
export const STATUS_SCRIPT = String.raw`${LOOK_AT_CONTAINERS}
for folder in /opt/longshore/*/current; do
  [ -L "$folder" ] || continue
  stack=$(basename "$(dirname "$folder")")
  [ -z "$1" ] || [ "$1" = "$stack" ] || continue
  printf 'release=%s %s\n' "$stack" "$(basename "$(readlink "$folder")")"
  [ ! -r "$folder/config/release.json" ] || printf 'wanted=%s %s\n' "$stack" "$(base64 -w 0 < "$folder/config/release.json")"
done
filter=label=longshore.stack
[ -z "$1" ] || filter=label=longshore.stack=$1
if command -v docker >/dev/null; then look_at_containers "$filter" ""; fi
exit 0
`;
