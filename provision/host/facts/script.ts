import { LABELS } from "../../engine/compose/labels.ts";
import { LOOK_AT_CONTAINERS } from "../../engine/look.ts";
import { BASE_FOLDER } from "../base-folder.ts";
import { ASK_ENGINE } from "./engine-script.ts";

/**
 * Prints every fact as `key=value` lines. Runs as root under any POSIX shell.
 * Arguments: the stack's name, the service with the supervisor, the optional steps that are wanted, `upgrade` where the
 * packages' candidates are; each may be empty.
 */
export const FACTS_SCRIPT = String.raw`${LOOK_AT_CONTAINERS}
stack=$1 service=$2 roles=$3 upgrade=$4
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
put() { printf '%s=%s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
${ASK_ENGINE}
# The slowest of all, so they run beside the rest. The order of the lines does not matter, but each of them is one write, and
# shorter than a pipe takes at once: what may be longer comes when nothing else writes.
engine=
if has docker || has dockerd; then
  ask_engine &
  engine=$!
  put docker.composeVersion "$(compose_version)" &
fi
if [ -d /run/systemd/system ]; then
  put init systemd
else
  put init none
  if ls /etc/rc2.d/S??docker >/dev/null 2>&1; then put docker.enabled enabled; fi
fi

. /etc/os-release 2>/dev/null
put os.id "$ID"
put os.versionId "$VERSION_ID"
put os.codename "$VERSION_CODENAME"
put os.prettyName "$PRETTY_NAME"
has dpkg && put architecture "$(dpkg --print-architecture)"
user=$SUDO_USER
[ -n "$user" ] || user=$(id -un)
put loginUser "$user"
put groups "$(id -nG "$user" 2>/dev/null)"

format='$''{db:Status-Abbrev} $''{Package} $''{Version}\n'
packages='docker.io docker-ce docker-ce-cli docker-cli containerd containerd.io docker-buildx-plugin docker-compose
  docker-compose-v2 docker-compose-plugin moby-engine moby-cli moby-containerd moby-compose moby-buildx podman-docker
  iptables ca-certificates systemd-timesyncd chrony ntpsec openntpd nftables unattended-upgrades fail2ban python3-systemd'
has dpkg-query && dpkg-query -W -f "$format" 2>/dev/null | awk -v wanted="$packages" '
  BEGIN { count = split(wanted, names); for (i = 1; i <= count; i++) ours[names[i]] = 1 }
  $1 ~ /^.i$/ { if ($2 in ours) { print "package." $2 "=" $3; if ($1 ~ /^h/) print "heldPackage=" $2; fflush() } next }
  $1 !~ /^.[nc]$/ { print "brokenPackage=" $2; fflush() }'
[ -z "$(ls /var/lib/dpkg/updates 2>/dev/null)" ] || put dpkgInterrupted yes
if [ "$upgrade" = upgrade ]; then
  limited apt-cache policy $packages 2>/dev/null | awk '
    /^[^ ]/ { name = substr($1, 1, length($1) - 1) }
    $1 == "Candidate:" && $2 != "(none)" { print "candidate." name "=" $2; fflush() }'
fi
# cloud-init writes the first when it begins, the second when it has ended, anew at each boot. One that was killed writes
# none: it is at work only while systemd has something of it to start.
if [ -e /run/cloud-init/status.json ] && [ ! -e /run/cloud-init/result.json ]; then
  [ -d /run/systemd/system ] && jobs=$(limited systemctl list-jobs --no-legend 'cloud-*' 2>/dev/null) && [ -z "$jobs" ] ||
    put firstBoot yes
fi

if has dockerd; then put docker.installed yes; fi
if has docker; then put docker.client yes; fi
for folder in /snap/docker /var/lib/snapd/snap/docker; do [ -d "$folder" ] && put docker.snap yes; done

for key in net.ipv4.tcp_migrate_req; do
  file=/proc/sys/$(printf %s "$key" | tr . /)
  [ -r "$file" ] && put "sysctl.$key" "$(cat "$file")"
  [ -w "$file" ] && put "sysctlWritable.$key" yes
done
[ -d ${BASE_FOLDER} ] && put directory.${BASE_FOLDER} "$(stat -c '%U %a' ${BASE_FOLDER})"

for role in $roles; do
  case $role in
    time-sync) units="$units systemd-timesyncd chrony ntpsec openntpd" ;;
    unattended-upgrades) units="$units apt-daily-upgrade.timer" ;;
    fail2ban) units="$units fail2ban" ;;
    swap) put swapBytes "$(awk 'NR > 1 { sum += $3 } END { print sum * 1024 }' /proc/swaps)" ;;
    firewall)
      units="$units longshore-firewall"
      # Where this connection came in. sudo takes the variable from us, but has it itself.
      put sshPort "$({ env; tr '\0' '\n' < "/proc/$PPID/environ"; } 2>/dev/null |
        sed -n 's/^SSH_CONNECTION=.* \([0-9]*\)$/\1/p' | head -n 1)"
      [ -e /etc/longshore/firewall.nft.new ] && put unsettled firewall
      has nft && limited nft list table inet longshore >/dev/null 2>&1 && put firewallLoaded yes ;;
    ssh-hardening) [ -e /etc/ssh/sshd_config.d/00-longshore.conf.before ] && put unsettled ssh-hardening ;;
  esac
  case $role in
    firewall|ssh-hardening)
      limited sshd -T 2>/dev/null | awk '{ key = $1; sub(/^[^ ]+ /, ""); print "sshd." key "=" $0; fflush() }' ;;
  esac
done
if [ -d /run/systemd/system ]; then
  for unit in $units; do
    put "unit.$unit" "$(limited systemctl is-enabled "$unit" 2>/dev/null) $(limited systemctl is-active "$unit" 2>/dev/null)"
  done
fi

hung=
if [ -n "$engine" ]; then
  wait "$engine"
  [ $? -lt 124 ] || hung=yes
fi
wait
engine_files
for file in /etc/sysctl.d/60-longshore.conf \
  /etc/apt/apt.conf.d/52longshore-upgrades /etc/fail2ban/jail.d/longshore.conf /etc/ssh/sshd_config.d/00-longshore.conf \
  /etc/longshore/firewall.nft /etc/systemd/system/longshore-firewall.service; do
  [ -r "$file" ] && put "file.$file" "$(head -c 100000 "$file" | base64 -w 0)"
done
# Whom an upgrade of the engine stops.
if [ "$upgrade" = upgrade ] && has docker && [ -z "$hung" ]; then
  limited docker ps --format 'docker.container={{.Names}}' 2>/dev/null
fi
[ -n "$stack" ] || exit 0
put stack "$stack"
base=${BASE_FOLDER}/$stack
[ -L "$base/current" ] && put stack.current "$(basename "$(readlink "$base/current")")"
[ -r "$base/current/config/release.json" ] && put stack.wanted "$(base64 -w 0 < "$base/current/config/release.json")"
[ -r "$base/releases.json" ] && put stack.history "$(base64 -w 0 < "$base/releases.json")"
if cd "$base" 2>/dev/null; then
  find config secrets current/ -type f -exec sha256sum {} + 2>/dev/null | while read -r hash file; do
    put "stack.file" "$hash $file"
  done
fi
has docker && [ -z "$hung" ] || exit 0
look_at_containers "label=${LABELS.project}=$stack" "$service"
exit 0
`;
