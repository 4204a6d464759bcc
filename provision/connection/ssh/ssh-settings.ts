import { quoteWord } from "./config-lines.ts";
import { readSshArguments } from "./ssh-arguments.ts";
import { type ConfigText, type ConfigWorld, computeOptions, type SshOptions } from "./ssh-config.ts";
import { parseSeconds } from "./ssh-time.ts";
import { expandCommand, expandPath, type TokenValues } from "./tokens.ts";

/** Everything that decides how one SSH connection is made. */
export interface SshSettings {
  /** the name or address that is dialled */
  hostName: string;
  port: number;
  user: string;
  /** 4 or 6 for one family of addresses; 0 for both */
  addressFamily: 0 | 4 | 6;
  bindAddress: string | undefined;
  /** private key files in the order in which they are offered */
  identityFiles: string[];
  /** the one of them that the inventory names: where it is missing, that is an error */
  namedIdentityFile: string | undefined;
  /** the agent offers only keys that are among the files */
  identitiesOnly: boolean;
  /** the agent's socket; undefined for none */
  agentSocket: string | undefined;
  /** a key that is accepted as new is recorded in the first of these */
  userKnownHostsFiles: string[];
  /** the machine's own, which are only read */
  globalKnownHostsFiles: string[];
  /** the name looked up in known_hosts instead of hostName */
  hostKeyAlias: string | undefined;
  /** names are recorded as hashes */
  hashKnownHosts: boolean;
  /** what to do with a host whose key is not recorded */
  unknownHostKey: "refuse" | "accept-new";
  connectTimeoutSeconds: number;
  keepaliveSeconds: number;
  /** unanswered keep-alives after which the connection counts as lost */
  keepaliveCount: number;
  /** hosts between here and there, the nearest first: `[user@]host[:port]` */
  jumps: string[];
  /** a command for the shell whose stdin and stdout are the way to the host */
  proxyCommand: string | undefined;
  password: string | undefined;
}

/** What the inventory and the command line say; each wins over the configuration files. */
export interface SshOverrides {
  address: string;
  port?: number;
  user?: string;
  identityFile?: string;
  password?: string;
  /** ssh's own arguments, as in ansible_ssh_common_args */
  sshArguments?: string;
  connectTimeoutSeconds?: number;
  acceptNew?: boolean;
  /** the way is given, whatever the files say */
  jumps?: string[];
}

/** Where the settings are looked up. */
export interface SshSurroundings {
  world: ConfigWorld;
  /** the configuration files, or the one given with `-F` */
  readConfigTexts(file?: string): ConfigText[];
  /** SSH_AUTH_SOCK */
  agentSocket: string | undefined;
}

const USER_KNOWN_HOSTS = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const GLOBAL_KNOWN_HOSTS = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
const DEFAULT_IDENTITIES = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];

/**
 * Resolves a host against ssh_config(5), first value wins as there: overrides, the user's file, the system's file.
 *
 * @throws UserError `ssh_token`
 */
export function resolveSshSettings(overrides: SshOverrides, surroundings: SshSurroundings): SshSettings {
  const { world } = surroundings;
  const given = readSshArguments(overrides.sshArguments ?? "");
  const options = computeOptions(
    overrides.address,
    [
      { text: inventoryOptions(overrides), includeFolder: "." },
      { text: given.config, includeFolder: "." },
      ...surroundings.readConfigTexts(given.configFile),
    ],
    world,
  );
  const one = (keyword: string): string | undefined => options.get(keyword)?.[0];
  const user = one("user") ?? world.localUser;
  const port = Number(one("port") ?? 22);
  const hostName = (one("hostname") ?? overrides.address).replaceAll("%h", overrides.address);
  const values: TokenValues = {
    hostName,
    originalHost: overrides.address,
    port,
    user,
    localUser: world.localUser,
  };
  const files = (keyword: string, defaults: string[]) => filesOf(options, keyword, defaults, values);
  return {
    hostName,
    port,
    user,
    addressFamily: one("addressfamily") === "inet" ? 4 : one("addressfamily") === "inet6" ? 6 : 0,
    bindAddress: one("bindaddress"),
    identityFiles: files("identityfile", DEFAULT_IDENTITIES),
    namedIdentityFile:
      overrides.identityFile === undefined ? undefined : expandPath(overrides.identityFile, values),
    identitiesOnly: isYes(one("identitiesonly")),
    agentSocket: findAgent(one("identityagent"), surroundings.agentSocket, values),
    userKnownHostsFiles: files("userknownhostsfile", USER_KNOWN_HOSTS),
    globalKnownHostsFiles: files("globalknownhostsfile", GLOBAL_KNOWN_HOSTS),
    hostKeyAlias: one("hostkeyalias"),
    hashKnownHosts: isYes(one("hashknownhosts")),
    unknownHostKey:
      overrides.acceptNew === true || /^(accept-new|no|off)$/i.test(one("stricthostkeychecking") ?? "")
        ? "accept-new"
        : "refuse",
    connectTimeoutSeconds: parseSeconds(one("connecttimeout")) || 10,
    keepaliveSeconds: parseSeconds(one("serveraliveinterval")) ?? 15,
    keepaliveCount: Number(one("serveralivecountmax") ?? 3),
    jumps: overrides.jumps ?? listJumps(one("proxyjump")),
    proxyCommand: overrides.jumps === undefined ? findCommand(one("proxycommand"), values) : undefined,
    password: overrides.password,
  };
}

/** The inventory's own variables as the first lines of the configuration, so that `Match` and tokens see them. */
function inventoryOptions({ user, port, identityFile, connectTimeoutSeconds }: SshOverrides): string {
  const options = { user, port, identityfile: identityFile, connecttimeout: connectTimeoutSeconds };
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([keyword, value]) => `${keyword} ${quoteWord(String(value))}`)
    .join("\n");
}

function findAgent(
  configured: string | undefined,
  inherited: string | undefined,
  values: TokenValues,
): string | undefined {
  if (configured === "none") return undefined;
  if (configured === undefined || configured === "SSH_AUTH_SOCK") return inherited;
  if (/^\$\w+$/.test(configured)) return process.env[configured.slice(1)];
  return expandPath(configured, values);
}

function findCommand(command: string | undefined, values: TokenValues): string | undefined {
  return command === undefined || command.toLowerCase() === "none"
    ? undefined
    : expandCommand(command, values);
}

function listJumps(value: string | undefined): string[] {
  return value === undefined || value.toLowerCase() === "none" ? [] : value.split(",");
}

/** The files that a keyword names, its defaults where it is not there, nothing for `none`. */
function filesOf(options: SshOptions, keyword: string, defaults: string[], values: TokenValues): string[] {
  const files = options.get(keyword)?.filter((file) => file !== "none") ?? defaults;
  return files.map((file) => expandPath(file, values));
}

function isYes(value: string | undefined): boolean {
  return /^(yes|true)$/i.test(value ?? "");
}
