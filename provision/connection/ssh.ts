import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { type Duplex, Readable } from "node:stream";
import { type Config, NodeSSH } from "node-ssh";
import type { AnyAuthMethod, Client, ClientChannel } from "ssh2";
import { UserError } from "../../supervisor/config/user-error.ts";
import { type Become, becomeArgv } from "./become.ts";
import {
  type CommandResult,
  type Connection,
  ConnectionLostError,
  type ExecOptions,
  UnreachableError,
} from "./connection.ts";
import { HostKeyCheck, readKnownHosts } from "./host-key.ts";
import { knownKeyTypes } from "./known-hosts.ts";
import { LineSplitter } from "./line-splitter.ts";
import { quoteArgv } from "./quote.ts";
import type { SshSettings } from "./ssh-settings.ts";

/**
 * Opens the one verified SSH connection to a host.
 *
 * @throws UnreachableError with a code for each cause: ssh_refused, ssh_timeout, ssh_dns, ssh_auth, host_key_unknown, host_key_changed, ssh_failed
 */
export async function openSshConnection(
  host: string,
  settings: SshSettings,
  become: Become,
): Promise<Connection> {
  const { userKnownHostsFiles, globalKnownHostsFiles } = settings;
  const entries = await readKnownHosts([...userKnownHostsFiles, ...globalKnownHostsFiles]);
  const check = new HostKeyCheck(host, settings, entries);
  const authentications = await listAuthentications(settings);
  const ssh = new NodeSSH();
  try {
    await ssh.connect(connectConfig(settings, check, authentications));
  } catch (error) {
    throw check.refusal() ?? explainFailure(host, settings, authentications, error as SshFailure);
  }
  await check.record();
  const client = ssh.connection;
  if (client === null) throw new ConnectionLostError(host);
  // A lost connection closes its channels, and those report it; without a listener the event would end the process.
  client.on("error", () => {});
  // Everything that is being opened listens for the end of the connection: as many as there are images, say.
  client.setMaxListeners(0);
  return new SshConnection(host, client, become);
}

interface OpenChannel {
  channel: ClientChannel;
  exit: Promise<number | undefined>;
}

class SshConnection implements Connection {
  constructor(
    readonly host: string,
    readonly client: Client,
    readonly become: Become,
  ) {}

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    const asRoot = becomeArgv(argv, this.become, options.become);
    const { channel, exit } = await this.#openChannel(asRoot.argv);
    const stdout = new LineSplitter(options.onLine);
    const stderr = new LineSplitter(options.onLine);
    channel.on("data", (chunk: Buffer) => stdout.write(chunk));
    channel.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
    if (asRoot.stdinPrefix !== "") channel.write(asRoot.stdinPrefix);
    if (options.input instanceof Readable) options.input.pipe(channel);
    else channel.end(options.input ?? "");
    const code = await exit;
    if (code === undefined) throw new ConnectionLostError(this.host);
    return { code, stdout: stdout.end(), stderr: stderr.end() };
  }

  openSocket(path: string): Promise<Duplex> {
    return this.#promise((done) => this.client.openssh_forwardOutStreamLocal(path, done));
  }

  openPort(address: string, port: number): Promise<Duplex> {
    return this.#promise((done) => this.client.forwardOut("127.0.0.1", 0, address, port, done));
  }

  async openProcess(argv: readonly string[], options: { become?: boolean } = {}): Promise<Duplex> {
    const asRoot = becomeArgv(argv, this.become, options.become);
    const { channel } = await this.#openChannel(asRoot.argv);
    if (asRoot.stdinPrefix !== "") channel.write(asRoot.stdinPrefix);
    return channel;
  }

  async close(): Promise<void> {
    this.client.end();
  }

  #openChannel(argv: readonly string[]): Promise<OpenChannel> {
    return this.#promise((done) =>
      this.client.exec(quoteArgv(argv), (error, channel) => {
        // Listened to at once: a short command's exit can be in the packet that opens the channel.
        if (error === undefined) done(undefined, { channel, exit: waitForExit(channel) });
        else done(error, undefined as never);
      }),
    );
  }

  #promise<T>(start: (done: (error: Error | undefined, value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      // ssh2 throws, and never calls back, where the connection is gone.
      const lost = () => reject(new ConnectionLostError(this.host));
      this.client.once("close", lost);
      try {
        start((error, value) => {
          this.client.removeListener("close", lost);
          if (error === undefined) resolve(value);
          else reject(error);
        });
      } catch (error) {
        this.client.removeListener("close", lost);
        reject(new ConnectionLostError(this.host, error));
      }
    });
  }
}

/** The exit code, or undefined where the channel closed without one: the connection went away. */
function waitForExit(channel: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    let exit: number | undefined;
    channel.on("exit", (code: number | null, signal?: string) => {
      exit = code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
    });
    channel.on("close", () => resolve(exit));
  });
}

// The algorithms with which a type of key signs; a type that ssh2 does not know (sk-…) can't be asked for.
const HOST_KEY_ALGORITHMS: Record<string, string[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

function connectConfig(settings: SshSettings, check: HostKeyCheck, authentications: AnyAuthMethod[]): Config {
  const known = knownKeyTypes(check.entries, check.name).flatMap((type) => HOST_KEY_ALGORITHMS[type] ?? []);
  return {
    host: settings.hostName,
    port: settings.port,
    username: settings.user,
    hostVerifier: (key: Buffer) => check.accept(key),
    // ssh2's own list, the types that known_hosts has for this host first. Done in the order of the keys, and what is in
    // the list already is not put in front of it: hence the removal.
    algorithms: { serverHostKey: { remove: known, prepend: known } as never },
    authHandler: authentications,
    readyTimeout: settings.connectTimeoutSeconds * 1000,
    keepaliveInterval: settings.keepaliveSeconds * 1000,
    keepaliveCountMax: 3,
  };
}

async function listAuthentications(settings: SshSettings): Promise<AnyAuthMethod[]> {
  const username = settings.user;
  const methods: AnyAuthMethod[] = [];
  if (settings.agentSocket !== undefined && !settings.identityFilesNamed) {
    methods.push({ type: "agent", username, agent: settings.agentSocket });
  }
  for (const file of settings.identityFiles) {
    const key = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
      if (!settings.identityFilesNamed) return undefined;
      throw new UserError("identity_unreadable", `cannot read the private key ${file}: ${cause.code}`, {
        hint: "ansible_ssh_private_key_file names it",
      });
    });
    if (key !== undefined) methods.push({ type: "publickey", username, key });
  }
  if (settings.password !== undefined)
    methods.push({ type: "password", username, password: settings.password });
  return methods;
}

interface SshFailure extends Error {
  /** ssh2's class of failure */
  level?: string;
  code?: string;
}

function explainFailure(
  host: string,
  settings: SshSettings,
  tried: AnyAuthMethod[],
  error: SshFailure,
): UnreachableError {
  const place = `${settings.user}@${settings.hostName}:${settings.port}`;
  const failure = (code: string, what: string, hint?: string) =>
    new UnreachableError(code, `cannot connect to ${host} (${place}): ${what}`, { hint, cause: error });
  if (error.level === "client-timeout" || error.code === "ETIMEDOUT") {
    return failure(
      "ssh_timeout",
      `no answer within ${settings.connectTimeoutSeconds} s`,
      "is the host up, and is port 22 open in its firewall?",
    );
  }
  if (error.level === "client-authentication") {
    const files = settings.identityFiles.join(", ");
    const offered =
      tried.length === 0
        ? `no key was found (${files})`
        : `the host accepts none of the keys offered (${files})`;
    return failure(
      "ssh_auth",
      offered,
      "name a key with ansible_ssh_private_key_file, or load it into ssh-agent",
    );
  }
  if (error.code === "ECONNREFUSED")
    return failure("ssh_refused", "connection refused", "is sshd running there, on this port?");
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") {
    return failure("ssh_dns", "the name cannot be resolved", "set ansible_host to its address");
  }
  if (error.code === "EHOSTUNREACH" || error.code === "ENETUNREACH")
    return failure("ssh_unreachable", "no route to the host");
  return failure("ssh_failed", error.message);
}
