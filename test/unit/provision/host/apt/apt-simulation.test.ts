import { expect, test } from "vitest";
import {
  formatChanges,
  objectTo,
  parseSimulation,
} from "../../../../../provision/host/apt/apt-simulation.ts";
import { findDeadSources } from "../../../../../provision/host/apt/apt-sources.ts";

const SIMULATION = `Reading package lists...
The following packages will be REMOVED:
  containerd.io kubelet*
The following held packages will be changed:
  docker.io
  runc
The following packages will be DOWNGRADED:
  libc6
The following NEW packages will be installed:
  containerd
1 upgraded, 1 newly installed, 1 downgraded, 2 to remove and 0 not upgraded.
Remv kubelet [1.7.27-1]
Remv containerd.io [1.7.27-1]
Inst containerd (1.7.24~ds1-6 Debian:13.8/stable [amd64])
Inst docker.io [26.1.4] (26.1.5+dfsg1-9 Debian:13.8/stable [amd64]) []
Inst libc6:i386 [2.41] (2.36 Debian:12/oldstable [i386])
Conf containerd (1.7.24~ds1-6 Debian:13.8/stable [amd64])
`;

test("what apt would do, by its own words", () => {
  const simulation = parseSimulation(SIMULATION);
  expect(formatChanges(simulation)).toEqual([
    "- kubelet 1.7.27-1",
    "- containerd.io 1.7.27-1",
    "+ containerd 1.7.24~ds1-6",
    "- docker.io 26.1.4",
    "+ docker.io 26.1.5+dfsg1-9",
    "- libc6:i386 2.41",
    "+ libc6:i386 2.36",
  ]);
  expect(objectTo(simulation, ["docker.io"])).toEqual([
    "would remove kubelet 1.7.27-1, containerd.io 1.7.27-1",
    "would bring an older version of libc6",
    "would change runc, which is on hold",
  ]);
});

test("nothing speaks against what only installs and upgrades", () => {
  const simulation = parseSimulation(
    "Inst tini (0.19 Debian [amd64])\nInst bash [5.1] (5.2 Debian [amd64])\n",
  );
  expect(objectTo(simulation)).toEqual([]);
});

test.each([
  [
    "no such folder",
    "Ign:1 file:/srv/none ./ InRelease\nErr:4 file:/srv/none ./ Packages\n  File not found - /srv/none/./Packages.xz\nErr:4 file:/srv/none ./ Packages\n  File not found - /srv/none/./Packages\n",
    "E: Failed to fetch file:/srv/none/./Packages  File not found\nW: Some index files failed to download.\n",
    ["file:/srv/none ./: File not found - /srv/none/./Packages"],
  ],
  [
    "no such host",
    "Err:2 http://x.invalid/debian trixie InRelease\n  Could not resolve 'x.invalid'\n",
    "W: Failed to fetch http://x.invalid/debian/dists/trixie/InRelease  Could not resolve 'x.invalid'\n",
    ["http://x.invalid/debian trixie: Could not resolve 'x.invalid'"],
  ],
  [
    "no Release file",
    "Err:3 https://x.test/apt stable Release\n  404  Not Found [IP: 192.0.2.1 443]\n",
    "E: The repository 'https://x.test/apt stable Release' does not have a Release file.\n",
    ["https://x.test/apt stable: 404  Not Found [IP: 192.0.2.1 443]"],
  ],
  [
    "a key that is missing",
    "Err:2 https://x.test/apt stable InRelease\n  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 7EA0A9C3F273FCD8\n",
    "W: GPG error: https://x.test/apt stable InRelease: NO_PUBKEY 7EA0A9C3F273FCD8\nE: The repository 'https://x.test/apt stable InRelease' is not signed.\n",
    [
      "https://x.test/apt stable: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 7EA0A9C3F273FCD8",
    ],
  ],
  [
    "a Release file that is too old",
    "Get:1 http://x.test/debian trixie InRelease [140 kB]\n",
    "E: Release file for http://x.test/debian/dists/trixie/InRelease is expired (invalid since 2d 3h). Updates for this repository will not be applied.\n",
    [
      "Release file for http://x.test/debian/dists/trixie/InRelease is expired (invalid since 2d 3h). Updates for this repository will not be applied.",
    ],
  ],
  [
    "a source that cannot be read at all",
    "",
    "E: Malformed entry 1 in list file /etc/apt/sources.list.d/x.list (Component)\nE: The list of sources could not be read.\n",
    [
      "Malformed entry 1 in list file /etc/apt/sources.list.d/x.list (Component)",
      "The list of sources could not be read.",
    ],
  ],
  [
    "warnings only",
    "Hit:1 http://x.test/debian trixie InRelease\n",
    "W: x: Key is stored in legacy trusted.gpg keyring\n",
    [],
  ],
])("apt-get update: %s", (_title, stdout, stderr, dead) => {
  expect(findDeadSources(`${stdout}\n${stderr}`)).toEqual(dead);
});
