# What cannot be beaten: one plain ssh to each host, and one shell script there that looks before it changes anything.
# Arguments: `provision` or `ping`, a known_hosts file, a key, then address:port of each host.
flow=$1 known=$2 key=$3
shift 3

reach() {
  ssh -F none -i "$key" -o IdentitiesOnly=yes -o UserKnownHostsFile="$known" -o BatchMode=yes -o ConnectTimeout=10 \
    -p "${1#*:}" "debian@${1%:*}" sudo sh -s
}

ping='true'

provision="config='$(cat "$(dirname "$0")/daemon.json")'
$(cat <<'SCRIPT'
set -e
kernel='# Written by longshore provision.
net.ipv4.tcp_migrate_req = 1'
held='docker.io docker-cli containerd docker-compose'
if [ "$(cat /etc/docker/daemon.json 2>/dev/null)" != "$config" ]; then
  mkdir -p /etc/docker
  echo "$config" > /etc/docker/daemon.json
  ! systemctl is-active --quiet docker || systemctl restart docker
fi
if ! docker compose version >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install --yes --no-install-recommends ca-certificates docker.io docker-cli docker-compose iptables >/dev/null
fi
[ "$(dpkg-query -W -f '${db:Status-Want}\n' $held | grep -c hold)" = 4 ] || apt-mark -qq hold $held
systemctl is-enabled --quiet docker || systemctl enable --quiet docker
systemctl is-active --quiet docker || systemctl start docker
id -nG debian | grep -qw docker || usermod --append --groups docker debian
if [ "$(cat /etc/sysctl.d/60-longshore.conf 2>/dev/null)" != "$kernel" ]; then
  echo "$kernel" > /etc/sysctl.d/60-longshore.conf
  sysctl --quiet --load /etc/sysctl.d/60-longshore.conf
fi
install --directory --mode=0755 /opt/longshore
SCRIPT
)"

case $flow in
  ping) script=$ping ;;
  provision) script=$provision ;;
esac
jobs=
for place; do
  echo "$script" | reach "$place" &
  jobs="$jobs $!"
done
code=0
for job in $jobs; do wait "$job" || code=1; done
exit $code
