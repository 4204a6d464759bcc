import type { Authentication } from "./authentication.ts";
import { UnreachableError } from "./connection.ts";
import type { SshSettings } from "./ssh-settings.ts";

/** An error of ssh2 or of the system below it. */
export interface SshFailure extends Error {
  /** ssh2's class of failure */
  level?: string;
  code?: string | number;
}

/** What is known of a connection that did not come about. */
export interface FailedAttempt {
  host: string;
  settings: SshSettings;
  error: SshFailure;
  /** undefined where it did not come to that */
  authentication?: Authentication;
  /** what a proxy command printed */
  complaint?: string;
}

/** The error for a user: its code is one for each cause, its hint the way out. */
export function explainFailure(attempt: FailedAttempt): UnreachableError {
  const { host, settings, error } = attempt;
  const [code, what, hint] = describe(attempt);
  const place = `${settings.user}@${settings.hostName}:${settings.port}`;
  return new UnreachableError(code, `cannot connect to ${host} (${place}): ${what}`, { hint, cause: error });
}

type Description = [code: string, what: string, hint?: string];

const BY_SYSTEM_CODE: Record<string, (settings: SshSettings) => Description> = {
  ECONNREFUSED: ({ port }) => [
    "ssh_refused",
    "connection refused",
    `nothing listens on port ${port} there: is sshd running? ansible_port sets another port`,
  ],
  ENOTFOUND: () => [
    "ssh_dns",
    "the name cannot be resolved",
    "check its spelling, or set ansible_host to its address",
  ],
  EAI_AGAIN: () => [
    "ssh_dns",
    "no name server answers",
    "is this machine online? ansible_host may hold an address",
  ],
  EHOSTUNREACH: () => [
    "ssh_unreachable",
    "no route to the host",
    "is the host on, and in a network that is reached from here?",
  ],
  ENETUNREACH: () => [
    "ssh_unreachable",
    "no route to its network",
    "is this machine online? An IPv6 address needs IPv6 here",
  ],
  ETIMEDOUT: timeout,
  ECONNRESET: closed,
  EPIPE: closed,
};

function describe(attempt: FailedAttempt): Description {
  const { settings, error, authentication, complaint } = attempt;
  if (error.name === "TimeoutError" || error.level === "client-timeout") return timeout(settings);
  if (error.level === "client-authentication" && authentication !== undefined)
    return describeRefusal(settings, authentication);
  if (complaint && error.level !== "handshake")
    return ["ssh_proxy", `the ProxyCommand said: ${complaint}`, `it is: ${settings.proxyCommand}`];
  const known = BY_SYSTEM_CODE[String(error.code)];
  if (known !== undefined) return known(settings);
  if (error.level === "protocol") return closed();
  if (error.level === "handshake")
    return [
      "ssh_handshake",
      `no common way of encryption or no host key of a known kind (${error.message})`,
      "ssh -v shows what the host offers; a host with only old algorithms needs a newer sshd",
    ];
  return ["ssh_failed", error.message];
}

function timeout({ connectTimeoutSeconds, port }: SshSettings): Description {
  return [
    "ssh_timeout",
    `no answer within ${connectTimeoutSeconds} s`,
    `is the host on, and port ${port} open in its firewall? ansible_timeout or ConnectTimeout waits longer`,
  ];
}

function closed(): Description {
  return [
    "ssh_closed",
    "the other side closed the connection before the login",
    "is it an SSH server? sshd does so to an address that fail2ban holds, and beyond MaxStartups: then use fewer --forks",
  ];
}

/** The host lets nobody in with what was offered. */
function describeRefusal(settings: SshSettings, { keys, accepts, ...tried }: Authentication): Description {
  const offered = keys.offered.join(", ");
  const takes = `the host takes ${accepts.join(", ") || "nothing"}`;
  if (tried.isPartial)
    return [
      "ssh_auth",
      `a key was right, but ${takes} on top of it`,
      "a second factor can't be given here: allow the key alone for this user",
    ];
  if (keys.locked.length > 0)
    return [
      "ssh_key_locked",
      `the key ${keys.locked.join(", ")} is encrypted, and its passphrase was not given`,
      "run it in a terminal, where it is asked for once; or load the key into ssh-agent: ssh-add FILE",
    ];
  if (tried.wasPasswordRefused)
    return [
      "ssh_password",
      `the password of ${settings.user} is not accepted`,
      "is it this user's? --ask-pass asks for it; ansible_password sets it",
    ];
  const keysToo = accepts.includes("publickey")
    ? "name a key with ansible_ssh_private_key_file, load it into ssh-agent, or add its public half to the user's ~/.ssh/authorized_keys there"
    : "the host takes no keys";
  const passwordToo = accepts.some((method) => method === "password" || method === "keyboard-interactive")
    ? "; or run with --ask-pass for a password"
    : "";
  return [
    "ssh_auth",
    offered === ""
      ? `no key to offer (${settings.identityFiles.join(", ")}); ${takes}`
      : `the host accepts none of the keys offered (${offered}); ${takes}`,
    keysToo + passwordToo,
  ];
}
