/**
 * The beginning of a shell script whose commands must not hang: `limited SECONDS COMMAND…` ends what does not end by itself,
 * and says which command that was. Its code is then 124, or 137 where it had to be killed.
 */
export const LIMITED = `
limited() {
  limited_by=$1; shift
  timeout -k 1 "$limited_by" "$@" && return
  set -- "$?" "$*"
  case $1 in 124 | 137) echo "$2 has not ended within $limited_by s" >&2 ;; esac
  return "$1"
}
`;
