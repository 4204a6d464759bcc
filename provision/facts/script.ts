import { ASK_SUPERVISOR } from "./ask-supervisor.ts";

/**
 * Prints every fact as `key=value` lines. Runs as root under any POSIX shell.
 * Arguments: the stack's name, the service with the supervisor, the certificate job; each may be empty.
 */
export const FACTS_SCRIPT = String.raw`${ASK_SUPERVISOR}
stack=$1 service=$2 job=$3
put() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }

. /etc/os-release 2>/dev/null
put os.id "$ID"
put os.versionId "$VERSION_ID"
put os.codename "$VERSION_CODENAME"
put os.prettyName "$PRETTY_NAME"
has dpkg && put architecture "$(dpkg --print-architecture)"
if [ -d /run/systemd/system ]; then put init systemd; else put init none; fi
user=$SUDO_USER
[ -n "$user" ] || user=$(id -un)
put loginUser "$user"
put groups "$(id -nG "$user" 2>/dev/null)"

format='$''{db:Status-Abbrev} $''{Package} $''{Version}\n'
has dpkg-query && dpkg-query -W -f "$format" \
  docker.io docker-ce docker-ce-cli docker-cli containerd.io docker-compose docker-compose-v2 docker-compose-plugin \
  iptables ca-certificates 2>/dev/null | while read -r status name version; do
    case $status in
      ii|hi) put "package.$name" "$version" ;;
      un|rc|pn) ;;
      *) put brokenPackage "$name" ;;
    esac
  done

if has dockerd; then put docker.installed yes; fi
if has docker; then
  put docker.serverVersion "$(docker version --format '{{.Server.Version}}' 2>/dev/null)"
  put docker.composeVersion "$(docker compose version --short 2>/dev/null)"
fi
if [ -d /run/systemd/system ]; then
  put docker.enabled "$(systemctl is-enabled docker 2>/dev/null)"
elif ls /etc/rc2.d/S??docker >/dev/null 2>&1; then
  put docker.enabled enabled
fi

for key in net.ipv4.tcp_migrate_req; do
  file=/proc/sys/$(printf %s "$key" | tr . /)
  [ -r "$file" ] && put "sysctl.$key" "$(cat "$file")"
  [ -w "$file" ] && put "sysctlWritable.$key" yes
done
for file in /etc/sysctl.d/60-longshore.conf; do
  [ -r "$file" ] && put "file.$file" "$(sha256sum < "$file" | cut -d ' ' -f 1)"
done

[ -n "$stack" ] || exit 0
put stack "$stack"
base=/opt/longshore/$stack
[ -L "$base/current" ] && put stack.current "$(basename "$(readlink "$base/current")")"
[ -r "$base/releases.json" ] && put stack.history "$(base64 -w 0 < "$base/releases.json")"
if cd "$base" 2>/dev/null; then
  find config secrets current/ -type f -exec sha256sum {} + 2>/dev/null | while read -r hash file; do
    put "stack.file" "$hash $file"
  done
fi
has docker || exit 0
docker ps -a --no-trunc --filter "label=com.docker.compose.project=$stack" \
  --format '{{.ID}} {{.Label "com.docker.compose.service"}} {{.State}} {{.Image}} {{.Status}}' 2>/dev/null |
  while read -r id name state image status; do
    case $status in
      *'(healthy)'*) health=healthy ;;
      *'(unhealthy)'*) health=unhealthy ;;
      *'(health: starting)'*) health=starting ;;
      *) health=none ;;
    esac
    case $status in
      'Exited (0)'*) [ "$(docker inspect --format '{{.HostConfig.RestartPolicy.Name}}' "$id")" = no ] && state=completed ;;
    esac
    put stack.container "$id $name $state $image $health"
    if [ -n "$job" ] && [ "$name" = "$service" ] && [ "$state" = running ]; then
      put stack.status "$(ask_supervisor "$id" "$job")"
    fi
  done
exit 0
`;
