# Publishes Docker's packages at a version, in a signed repository. Their content is that of Debian's own packages: Debian's
# conflict with Docker's, so that these cannot just depend on them.
# Arguments: the distribution (debian), its codename, the version.
set -eu
distribution=$1 codename=$2 version=$3
root=/srv/linux/$distribution
pool=$root/dists/$codename/pool/stable
index=$root/dists/$codename/stable/binary-amd64
mkdir -p "$pool" "$index" /unpacked
gpg --armor --export > "$root/gpg"

build() { # folder, name
  sed -i -e "s/^Package: .*/Package: $2/" -e "s/^Version: .*/Version: $version/" "$1/DEBIAN/control"
  dpkg-deb -Znone --build --root-owner-group "$1" "$pool/$2_$version.deb" >/dev/null
}
repack() { # Debian's name, Docker's name
  folder=/unpacked/$2
  if [ ! -d "$folder" ]; then
    (cd /unpacked && apt-get -qq download "$1" && dpkg-deb --raw-extract "$1"_*.deb "$folder" && rm "$1"_*.deb)
    sed -i -E -e '/^(Conflicts|Breaks|Replaces|Provides|Recommends|Suggests|Enhances):/d' \
      -e 's/(, )?(docker-cli|containerd|tini)( \([^)]*\))?//g' "$folder/DEBIAN/control"
  fi
  build "$folder" "$2"
}
create() { # name
  folder=$(mktemp -d)
  mkdir "$folder/DEBIAN"
  printf 'Package: -\nVersion: -\nArchitecture: amd64\nMaintainer: Nobody <nobody@longshore.test>\nDescription: stand-in\n' \
    > "$folder/DEBIAN/control"
  build "$folder" "$1"
}
repack docker.io docker-ce
repack docker-cli docker-ce-cli
repack containerd containerd.io
repack docker-compose docker-compose-plugin
create docker-buildx-plugin
# What Docker's repository has no business to bring: newer than Debian's own.
create hostname

cd "$root"
for file in dists/$codename/pool/stable/*.deb; do
  dpkg-deb --field "$file"
  printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum < "$file" | cut -d ' ' -f 1)"
done > "$index/Packages"
cd "dists/$codename"
{
  printf 'Origin: Docker\nLabel: Docker CE\nSuite: %s\nCodename: %s\nArchitectures: amd64\nComponents: stable\n' "$codename" "$codename"
  printf 'Date: %s\nSHA256:\n' "$(date -u -R)"
  file=stable/binary-amd64/Packages
  printf ' %s %s %s\n' "$(sha256sum < "$file" | cut -d ' ' -f 1)" "$(stat -c %s "$file")" "$file"
} > Release
gpg --batch --yes --quiet --clearsign --output InRelease Release
