# What cannot be beaten: one plain ssh to each host, and one shell script there that looks before it changes anything.
# Arguments: a known_hosts file, a key, then address:port of each host.
known=$1 key=$2
shift 2
for place; do
  ssh -F none -i "$key" -o IdentitiesOnly=yes -o UserKnownHostsFile="$known" -o BatchMode=yes -o ConnectTimeout=10 \
    -p "${place#*:}" "debian@${place%:*}" sudo sh -s <<'SCRIPT' &
set -e
if ! docker compose version >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install --yes --no-install-recommends ca-certificates docker.io docker-cli docker-compose iptables >/dev/null
fi
systemctl is-enabled --quiet docker || systemctl enable --quiet docker
systemctl is-active --quiet docker || systemctl start docker
id -nG debian | grep -qw docker || usermod --append --groups docker debian
SCRIPT
done
code=0
for job in $(jobs -p); do wait "$job" || code=1; done
exit $code
