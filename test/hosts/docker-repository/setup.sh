# Makes the key and the certificate of the stand-in, and serves /srv over HTTPS as download.docker.com.
set -eu
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends gpg gpg-agent >/dev/null
gpg --batch --quiet --passphrase '' --quick-generate-key 'Docker stand-in' ed25519 sign never
mkdir -p /tls /srv
cd /tls
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=Docker stand-in root' \
  -addext 'basicConstraints=critical,CA:TRUE' -keyout root.key -out root.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=download.docker.com' \
  -keyout server.key -out server.csr
printf 'subjectAltName=DNS:download.docker.com\nextendedKeyUsage=serverAuth\n' > server.ext
openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -days 30 -extfile server.ext -out server.pem
