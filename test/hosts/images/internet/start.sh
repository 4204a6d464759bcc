# Starts the services. TESTNET_ADDRESS: the container's own address. TESTNET_DOMAIN: the zone that is served.
set -eu
cd /internet
mkdir -p dns tls

# The CA of the servers that the internet itself has (the directory, DuckDNS), new in each net. Pebble's own CA, which
# signs what it issues, is another one.
[ -e tls/root.pem ] || {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj '/CN=Longshore test net root' \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
    -keyout tls/root.key -out tls/root.pem
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=acme.$TESTNET_DOMAIN" \
    -keyout tls/server.key -out tls/server.csr
  printf 'subjectAltName=DNS:acme.%s,DNS:duckdns.%s,DNS:localhost,IP:%s\nextendedKeyUsage=serverAuth\n' \
    "$TESTNET_DOMAIN" "$TESTNET_DOMAIN" "$TESTNET_ADDRESS" > tls/server.ext
  openssl x509 -req -in tls/server.csr -CA tls/root.pem -CAkey tls/root.key -days 365 \
    -extfile tls/server.ext -out tls/server.pem
} 2>/dev/null

# Docker's resolver (127.0.0.11) knows the machine's own upstream; names of the zone are files in dns/, read at once.
dnsmasq --user=root --no-resolv --no-hosts --local-ttl=0 --hostsdir=/internet/dns --local="/$TESTNET_DOMAIN/" \
  --address="/acme.$TESTNET_DOMAIN/duckdns.$TESTNET_DOMAIN/$TESTNET_ADDRESS" --server=127.0.0.11
echo nameserver 127.0.0.1 > /etc/resolv.conf

# Validation is real: HTTP-01 is fetched from port 80 of whatever the DNS server answers, each time anew.
PEBBLE_VA_ALWAYS_VALID=0 PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0 \
  pebble -config pebble.json -dnsserver 127.0.0.1:53 &
exec node duckdns.mjs
