import { UserError } from "../../shared/user-error.ts";
import type { Facts } from "./facts/facts.ts";

/** Package names and places of one release of a distribution. */
export interface Distribution {
  /** the folder of Docker's repository */
  dockerRepository: "debian" | "ubuntu";
  codename: string;
  /** the distribution's own packages, for hosts that cannot reach Docker's repository */
  enginePackages: string[];
  /** the command `docker`, where it is a package of its own */
  clientPackages: string[];
  composePackage: string;
  /** where the release itself has no Compose v2: the suite that has */
  composeSuite?: string;
}

/** Docker's own packages, the same on every distribution. */
export const DOCKER_ENGINE_PACKAGES = ["docker-ce", "docker-ce-cli", "containerd.io", "docker-buildx-plugin"];
export const DOCKER_COMPOSE_PACKAGE = "docker-compose-plugin";

const DISTRIBUTIONS: Record<string, Distribution> = {
  // Debian 12 has only Compose v1; trixie's is a static binary that needs libc6 >= 2.34, which bookworm has.
  "debian 12": {
    dockerRepository: "debian",
    codename: "bookworm",
    enginePackages: ["docker.io", "iptables"],
    clientPackages: ["docker.io"],
    composePackage: "docker-compose",
    composeSuite: "trixie",
  },
  "debian 13": {
    dockerRepository: "debian",
    codename: "trixie",
    enginePackages: ["docker.io", "docker-cli", "iptables"],
    clientPackages: ["docker-cli"],
    composePackage: "docker-compose",
  },
  "ubuntu 22.04": {
    dockerRepository: "ubuntu",
    codename: "jammy",
    enginePackages: ["docker.io", "iptables"],
    clientPackages: ["docker.io"],
    composePackage: "docker-compose-v2",
  },
  "ubuntu 24.04": {
    dockerRepository: "ubuntu",
    codename: "noble",
    enginePackages: ["docker.io", "iptables"],
    clientPackages: ["docker.io"],
    composePackage: "docker-compose-v2",
  },
};

/** @throws UserError `unsupported_system` before anything on the host is touched */
export function distributionOf({ os, architecture }: Facts): Distribution {
  const distribution = DISTRIBUTIONS[`${os.id} ${os.versionId}`];
  const name = os.prettyName || os.id || "unknown";
  if (distribution === undefined) {
    throw new UserError("unsupported_system", `cannot provision this system: ${name}`, {
      hint: "known: Debian 12 and 13, Ubuntu 22.04 and 24.04",
    });
  }
  if (architecture !== "amd64" && architecture !== "arm64") {
    throw new UserError(
      "unsupported_system",
      `cannot provision a ${architecture || "unknown"} machine (${name})`,
      {
        hint: "known: amd64 and arm64",
      },
    );
  }
  return distribution;
}
