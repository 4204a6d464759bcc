import { UnreachableError } from "../connection.ts";
import { findHint, quoteWords } from "../host-words.ts";
import type { Authentication } from "./authentication.ts";
import type { Overheard } from "./overheard.ts";
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
  /** undefined where nothing was connected to */
  heard?: Overheard;
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
  ETIMEDOUT: noAnswer,
};

function describe(attempt: FailedAttempt): Description {
  const { settings, error, authentication, complaint, heard } = attempt;
  if (heard?.kind === "other") return noSshServer(settings, heard);
  if (error.name === "TimeoutError" || error.level === "client-timeout")
    return heard === undefined ? noAnswer(settings) : timeout(settings, heard);
  // a number is the reason of a disconnect message (RFC 4253, 11.1), whose text is the error's
  if (typeof error.code === "number") return ended(error.message, attempt);
  if (error.level === "client-authentication" && authentication !== undefined)
    return describeRefusal(settings, authentication);
  if (complaint && error.level !== "handshake")
    return ["ssh_proxy", `the ProxyCommand said: ${complaint}`, `it is: ${settings.proxyCommand}`];
  const known = BY_SYSTEM_CODE[String(error.code)];
  if (known !== undefined) return known(settings);
  if (error.level === "protocol" || error.code === "ECONNRESET" || error.code === "EPIPE")
    return closed(attempt);
  if (error.level === "handshake")
    return [
      "ssh_handshake",
      `no common way of encryption or no host key of a known kind (${error.message})`,
      "ssh -v shows what the host offers; a host with only old algorithms needs a newer sshd",
    ];
  return ["ssh_failed", error.message];
}

function noAnswer({ connectTimeoutSeconds, port }: SshSettings): Description {
  return [
    "ssh_timeout",
    `no answer within ${connectTimeoutSeconds} s`,
    `is the host on, and port ${port} open in its firewall? ansible_timeout or ConnectTimeout waits longer`,
  ];
}

/** The connection was accepted, by the kernel at least. */
function timeout({ connectTimeoutSeconds: seconds, port }: SshSettings, heard: Overheard): Description {
  if (heard.kind === "silent")
    return [
      "ssh_timeout",
      `port ${port} accepts connections and says nothing within ${seconds} s`,
      "its sshd hangs or is overloaded, or a proxy accepts in its place; ansible_timeout or ConnectTimeout waits longer",
    ];
  const phase = heard.isHandshaken ? "login" : "key exchange";
  return [
    "ssh_timeout",
    `the ${phase} has not ended within ${seconds} s${quoteWords(heard.words)}`,
    "the host is overloaded, or waits for a name server or a directory (LDAP, AD) that does not answer; ansible_timeout or ConnectTimeout waits longer",
  ];
}

function noSshServer({ port }: SshSettings, heard: Overheard): Description {
  const hint = findHint(heard.words, [
    [/MaxStartups/i, "too many logins at once: use fewer --forks, or raise MaxStartups in its sshd_config"],
    [
      /not allowed at this time/i,
      "sshd punishes this address for failed logins (PerSourcePenalties): wait a few minutes",
    ],
  ]);
  return hint === undefined
    ? [
        "ssh_no_server",
        `what listens on port ${port} is no SSH server. It said${quoteWords(heard.words)}`,
        "ansible_port sets the port of its sshd",
      ]
    : ["ssh_closed", `its sshd refused the connection${quoteWords(heard.words)}`, hint];
}

const NOT_LET_IN = [
  [
    /account (?:is|has) (?:been )?(?:expired|locked|disabled)|account has expired/i,
    "the user's account has expired or is locked: as root there, chage -E -1 USER or usermod -U USER",
  ],
  [
    /password.{0,20}expired|change your password/i,
    "the user's password has expired: as root there, passwd USER or chage -M -1 USER",
  ],
] as const;

/** The host ended the connection after the key exchange, with or without a word. */
function notLetIn(what: string, { words }: Overheard): Description {
  // systemd's own words in /run/nologin (systemd-user-sessions.service)
  if (/system is (?:booting up|going down)/i.test(words))
    return [
      "ssh_booting",
      `it lets nobody in yet${quoteWords(words)}`,
      "it is booting: try again in a minute; provision, deploy and up wait for it",
    ];
  return [
    "ssh_denied",
    `${what}${words.trim() === "" ? "" : `. The host said${quoteWords(words)}`}`,
    findHint(words, NOT_LET_IN) ??
      "the user is not let in by its sshd or by PAM (an expired account, /etc/nologin, AllowUsers, pam_access): journalctl -u ssh there tells why",
  ];
}

/** The host said why it ended the connection. */
function ended(reason: string, { authentication, heard, settings }: FailedAttempt): Description {
  if (/too many authentication failures/i.test(reason)) {
    const offered = authentication?.keys.offered.join(", ") ?? "";
    return [
      "ssh_auth",
      `the host refuses to look at more keys (${offered}): it said: ${reason}`,
      "it counts each key that is offered (MaxAuthTries): name the right one with ansible_ssh_private_key_file, and set `IdentitiesOnly yes` for the host in ~/.ssh/config (or ansible_ssh_common_args='-o IdentitiesOnly=yes')",
    ];
  }
  const what = `the host ended the connection and said: ${reason}`;
  if (heard?.isHandshaken) return notLetIn(what, heard);
  return ["ssh_closed", what, `ssh -v to port ${settings.port} shows the same`];
}

function closed({ heard }: FailedAttempt): Description {
  if (heard?.isHandshaken) return notLetIn("the host closed the connection at the login", heard);
  return heard?.kind === "ssh"
    ? [
        "ssh_closed",
        "its sshd closed the connection in the key exchange",
        "the host may have no memory or process left, or sshd has just been stopped: journalctl -u ssh there tells",
      ]
    : [
        "ssh_closed",
        "the other side closed the connection without a word",
        "sshd does so to an address that fail2ban or PerSourcePenalties holds, and beyond MaxStartups: then use fewer --forks",
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
      ? `no key to offer (${settings.identityFiles.join(", ")}); ${takes}${quoteWords(keys.passedOver.join("\n"))}`
      : `the host accepts none of the keys offered (${offered}); ${takes}${quoteWords(keys.passedOver.join("\n"))}`,
    keysToo + passwordToo,
  ];
}
