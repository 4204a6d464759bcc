import type { WantedServices } from "../../engine/compose/wanted.ts";
import type { EngineView } from "../../engine/look.ts";

/** How the host starts its services. `none`: a container, WSL, a CI runner; daemons are started by hand there. */
export type Init = "systemd" | "none";

/** A file below a stack's directory: path relative to it → sha256 in hex. */
export type FileHashes = Record<string, string>;

/** What a stack has on the host now. */
export interface StackFacts {
  /** the release that `current` points to; undefined before the first deploy */
  current: string | undefined;
  files: FileHashes;
  /** its containers and their tasks */
  view: EngineView;
  /** what the current release wants to run; undefined where there is none, or it does not say */
  wanted: WantedServices | undefined;
  /** releases.json, as it is */
  history: string;
}

export interface UnitFacts {
  enabled: boolean;
  active: boolean;
  masked?: boolean;
}

/** Everything that the steps need to know of a host, read in one round trip. */
export interface Facts {
  os: { id: string; versionId: string; codename: string; prettyName: string };
  /** dpkg's name: `amd64`, `arm64` */
  architecture: string;
  init: Init;
  loginUser: string;
  /** groups of the login user in the group database */
  groups: string[];
  /** installed packages that concern us, with their versions */
  packages: Record<string, string>;
  /** packages that apt may not change */
  heldPackages: string[];
  /** packages that dpkg left half done */
  brokenPackages: string[];
  /** dpkg was cut off while it wrote down what it did */
  dpkgInterrupted: boolean;
  /** versions that apt would install now; read only where an upgrade is asked for */
  candidates: Record<string, string>;
  /** cloud-init is still at work */
  firstBoot: boolean;
  docker: {
    /** a dockerd is on the path, whoever installed it */
    installed: boolean;
    /** the command `docker` is there */
    client: boolean;
    /** an engine from a snap: it cannot see the folders of stacks */
    snap: boolean;
    /** the running engine's version; undefined while it does not answer */
    serverVersion: string | undefined;
    /** the engine takes connections, and has not answered within 10 s */
    hung: boolean;
    composeVersion: string | undefined;
    /** systemd is there, and the running engine is not that of its unit docker.service */
    byHand: boolean;
    enabled: boolean;
    /** the file that the engine reads: `/etc/docker/daemon.json`, unless its unit says another */
    configFile: string;
    /** where that file is a symbolic link: the file that it leads to, which need not exist */
    configTarget: string | undefined;
    /** that file as it is; undefined where there is none */
    config: string | undefined;
    /** it was written after the running engine had started */
    configIsNewer: boolean;
    /** a member of a swarm: as the engine says; where it does not answer, as its folder says */
    swarm: boolean;
    /** of the running engine: its containers outlive a restart of it */
    liveRestore: boolean;
    /** how many containers run or are paused */
    containerCount: number;
    /** names of running containers; read only where an upgrade is asked for */
    containers: string[];
    /** what systemd starts the engine with, without its path; undefined where systemd has no such unit */
    arguments: string[] | undefined;
    /** units that the engine needs, and that somebody has masked */
    maskedUnits: string[];
  };
  /** kernel settings: value now, undefined where the kernel has no such setting; and whether it may be written */
  sysctl: Record<string, { value: string | undefined; writable: boolean }>;
  /** content of the files that the steps write, by absolute path */
  files: Record<string, string>;
  /** owner and mode, `root 755`, of the directories that the steps make */
  directories: Record<string, string>;
  /** units of systemd; read only for the roles that want them */
  units: Record<string, UnitFacts>;
  /** for the role swap */
  swapBytes: number;
  /** the settings of sshd as it would start now, in lower case; for the roles that depend on them */
  sshd: Record<string, string[]>;
  /** the port of the host at which this connection came in; for the role firewall, undefined on the operator's own machine */
  sshPort: number | undefined;
  /** roles whose change has been made and not been kept: the host may take it back at any moment */
  unsettled: string[];
  /** the kernel has the table of the role firewall */
  firewallLoaded: boolean;
  /** absent where no stack was asked for */
  stack: StackFacts | undefined;
}
