import { LABELS } from "../engine/compose/labels.ts";
import { LOOK_AT_CONTAINERS } from "../engine/look.ts";
import { BASE_FOLDER } from "../host/base-folder.ts";

/**
 * Prints what runs on a host, for every stack that longshore deployed (or one of them): the lines of the look at its
 * containers, and per stack `release=STACK ID` and `wanted=STACK JSON` (its release.json, in base64). Argument: a stack's
 * name or "".
 */
export const STATUS_SCRIPT = String.raw`${LOOK_AT_CONTAINERS}
for folder in ${BASE_FOLDER}/*/current; do
  [ -L "$folder" ] || continue
  stack=$(basename "$(dirname "$folder")")
  [ -z "$1" ] || [ "$1" = "$stack" ] || continue
  printf 'release=%s %s\n' "$stack" "$(basename "$(readlink "$folder")")"
  [ ! -r "$folder/config/release.json" ] || printf 'wanted=%s %s\n' "$stack" "$(base64 -w 0 < "$folder/config/release.json")"
done
filter=label=${LABELS.stack}
[ -z "$1" ] || filter=label=${LABELS.stack}=$1
if command -v docker >/dev/null; then look_at_containers "$filter" ""; fi
exit 0
`;
