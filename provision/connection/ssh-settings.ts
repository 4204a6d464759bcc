import { homedir } from "node:os";
import SSHConfig from "ssh-config";
import { splitWords } from "../inventory/shlex.ts";

/** Everything that decides how one SSH connection is made. */
export interface SshSettings {
  /** the name or address that is dialled */
  hostName: string;
  port: number;
  user: string;
  /** private key files in the order in which they are offered */
  identityFiles: string[];
  /** true where the operator named the files: a missing one is then an error */
  identityFilesNamed: boolean;
  /** the agent's socket; undefined for none */
  agentSocket: string | undefined;
  /** a key that is accepted as new is recorded in the first of these */
  userKnownHostsFiles: string[];
  /** the machine's own, which are only read */
  globalKnownHostsFiles: string[];
  /** the name looked up in known_hosts instead of hostName */
  hostKeyAlias: string | undefined;
  /** what to do with a host whose key is not recorded */
  unknownHostKey: "refuse" | "accept-new";
  connectTimeoutSeconds: number;
  keepaliveSeconds: number;
  password: string | undefined;
}

/** What the inventory and the command line say; each wins over the configuration files. */
export interface SshOverrides {
  address: string;
  port?: number;
  user?: string;
  identityFile?: string;
  password?: string;
  /** ssh's own arguments, as in ansible_ssh_common_args: `-o Key=Value`, `-i`, `-l`, `-p` */
  sshArguments?: string;
  acceptNew?: boolean;
}

const USER_KNOWN_HOSTS = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const GLOBAL_KNOWN_HOSTS = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];
const DEFAULT_IDENTITIES = ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"];

/**
 * Resolves a host against ssh_config(5) text, first value wins as there: overrides, the user's file, the system's file.
 *
 * @param configTexts the configuration files' texts in that order
 */
export function resolveSshSettings(
  overrides: SshOverrides,
  configTexts: string[],
  environment: { SSH_AUTH_SOCK?: string; USER?: string },
): SshSettings {
  const text = [optionsOf(overrides.sshArguments ?? ""), ...configTexts]
    .map((part) => `Host *\n${part}`)
    .join("\n");
  const options = SSHConfig.parse(text).compute(overrides.address, { ignoreCase: true });
  const one = (key: string): string | undefined => first(options[key]);
  const user = overrides.user ?? one("user") ?? environment.USER ?? "root";
  const hostName = (one("hostname") ?? overrides.address).replaceAll("%h", overrides.address);
  const port = overrides.port ?? Number(one("port") ?? 22);
  const expand = (path: string) => expandPath(path, { hostName, user, port });
  const named =
    overrides.identityFile === undefined ? listOf(options.identityfile) : [overrides.identityFile];
  const agent = one("identityagent");
  return {
    hostName,
    port,
    user,
    identityFiles: (named.length > 0 ? named : DEFAULT_IDENTITIES).map(expand),
    identityFilesNamed: overrides.identityFile !== undefined,
    agentSocket: agentSocket(agent, environment.SSH_AUTH_SOCK, expand),
    userKnownHostsFiles: filesOf(options.userknownhostsfile, USER_KNOWN_HOSTS).map(expand),
    globalKnownHostsFiles: filesOf(options.globalknownhostsfile, GLOBAL_KNOWN_HOSTS).map(expand),
    hostKeyAlias: one("hostkeyalias"),
    unknownHostKey:
      overrides.acceptNew === true || /^(accept-new|no|off)$/i.test(one("stricthostkeychecking") ?? "")
        ? "accept-new"
        : "refuse",
    connectTimeoutSeconds: parseSeconds(one("connecttimeout")) ?? 10,
    keepaliveSeconds: parseSeconds(one("serveraliveinterval")) ?? 15,
    password: overrides.password,
  };
}

/** ssh's command-line arguments as lines of ssh_config; anything else than -o, -i, -l, -p is passed over. */
function optionsOf(sshArguments: string): string {
  const words = splitWords(sshArguments).map((word) => word.text);
  const keys: Record<string, string> = { "-i": "IdentityFile ", "-l": "User ", "-p": "Port ", "-o": "" };
  const lines: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const flag = words[i]?.slice(0, 2) ?? "";
    const key = keys[flag];
    if (key === undefined) continue;
    const value = words[i]?.slice(2) || words[++i] || "";
    lines.push(`  ${key}${key === "" ? value.replace("=", " ") : value}`);
  }
  return lines.join("\n");
}

function agentSocket(
  configured: string | undefined,
  inherited: string | undefined,
  expand: (path: string) => string,
): string | undefined {
  if (configured === "none") return undefined;
  if (configured === undefined || configured === "SSH_AUTH_SOCK") return inherited;
  return expand(configured);
}

function expandPath(
  path: string,
  { hostName, user, port }: { hostName: string; user: string; port: number },
): string {
  const tokens: Record<string, string> = {
    "%d": homedir(),
    "%h": hostName,
    "%r": user,
    "%p": String(port),
    "%%": "%",
  };
  return path.replace(/^~(?=\/)/, homedir()).replace(/%[dhrp%]/g, (token) => tokens[token] ?? token);
}

/** The files that a keyword names, its defaults where it is not there, nothing for `none`. */
function filesOf(value: string | string[] | undefined, defaults: string[]): string[] {
  return value === undefined ? defaults : listOf(value).filter((file) => file !== "none");
}

const SECONDS: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90`, `1m30s` (sshd_config(5), "TIME FORMATS"); undefined for `none`. */
function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+[smhdw]?)+$/i.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhdw]?)/gi)]
    .map(([, count, unit = ""]) => Number(count) * (SECONDS[unit.toLowerCase()] ?? 1))
    .reduce((sum, seconds) => sum + seconds, 0);
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
