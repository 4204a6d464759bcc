import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { UserError } from "../../../shared/user-error.ts";
import type { Become } from "../become.ts";
import { type CommandResult, type Connection, ConnectionLostError, type ExecOptions } from "../connection.ts";
import type { Started } from "../shell/conversation.ts";
import { RootTurn } from "../shell/root-turn.ts";
import { type Held, Shell } from "../shell/shell.ts";
import { signalNumber } from "../signal.ts";
import type { SshClient } from "./client.ts";
import { Reconnect } from "./reconnect.ts";
import { Sessions } from "./sessions.ts";

/**
 * A host over SSH. A connection that was lost is opened again for the next command; the command that was running then ends
 * with a ConnectionLostError, because nobody knows how far it came. Where a process of openProcess was lost with it, it
 * stays lost.
 *
 * @param open connects and logs in; throws what openSshClient throws
 */
export async function openSshConnection(
  host: string,
  become: Become,
  open: () => Promise<SshClient>,
): Promise<Connection> {
  const ssh = new SshConnection(host, become, open);
  await ssh.connect();
  return ssh;
}

class SshConnection implements Connection {
  private readonly reconnect: Reconnect;
  private sessions = new Sessions();
  /** for what has to run while all sessions of this one are held */
  private second: SshConnection | undefined;
  private readonly shell: Shell;

  constructor(
    readonly host: string,
    readonly become: Become,
    readonly open: () => Promise<SshClient>,
    readonly turn = new RootTurn(),
  ) {
    this.reconnect = new Reconnect(host, open, () => {
      this.sessions = new Sessions();
    });
    const starter = {
      start: (argv: string[]) => this.start(argv),
      hold: (argv: string[]) => this.hold(argv),
    };
    this.shell = new Shell(host, become, starter, turn);
  }

  async connect(): Promise<void> {
    await this.reconnect.client();
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<CommandResult> {
    return this.shell.run(argv, options);
  }

  openSocket(path: string): Promise<Duplex> {
    return this.call((client, done) => client.openssh_forwardOutStreamLocal(path, done));
  }

  openPort(address: string, port: number): Promise<Duplex> {
    return this.call((client, done) => client.forwardOut("127.0.0.1", 0, address, port, done));
  }

  openProcess(argv: readonly string[], options: { become?: boolean } = {}): Promise<Duplex> {
    return this.shell.open(argv, options);
  }

  async close(): Promise<void> {
    await Promise.all([this.reconnect.close(), this.second?.close()]);
  }

  private async start(argv: string[]): Promise<Started> {
    const { channel, exit } = await this.openSession(argv, false);
    const kill = () => {
      channel.signal("KILL");
      channel.close();
    };
    return { stdin: channel, stdout: channel, stderr: channel.stderr, exit, kill };
  }

  private async hold(argv: string[]): Promise<Held> {
    const { channel, exit } = await this.openSession(argv, true);
    let isReleased = false;
    drainOnDestroy(channel, () => {
      isReleased = true;
    });
    // Whoever holds it (a lock, say) counts on it: nothing more may be done as if it were still there.
    exit.then((code) => {
      if (code === undefined && !isReleased) this.reconnect.forbid();
    });
    const kill = () => channel.destroy();
    return { stdin: channel, stdout: channel, stderr: channel.stderr, exit, kill, stream: () => channel };
  }

  /** @param isHeld a process that runs until its user ends it */
  private async openSession(argv: string[], isHeld: boolean): Promise<Session> {
    for (let refusals = 0; ; ) {
      // opens a lost connection again, which has sessions of its own
      await this.reconnect.client();
      const sessions = this.sessions;
      const others = await sessions.take(isHeld);
      if (others === undefined) return this.onSecond().openSession(argv, isHeld);
      try {
        const session = await this.call<Session>((client, done) => {
          // watched from within the callback: what a short command says and its end may come with the same packet
          client.exec(quoteArgv(argv), (error, channel) =>
            done(error, error ? (undefined as never) : watch(channel)),
          );
        });
        session.exit.then(() => sessions.give(isHeld));
        return session;
      } catch (error) {
        if (!isRefusedChannel(error)) {
          sessions.give(isHeld);
          throw error;
        }
        sessions.refuse(isHeld, others);
        if (others > 0) continue;
        // sshd counts a session that was closed until its next round
        if (++refusals === 10) throw noSession(this.host, error);
        await sleep(20 * refusals);
      }
    }
  }

  private onSecond(): SshConnection {
    this.second ??= new SshConnection(this.host, this.become, this.open, this.turn);
    return this.second;
  }

  private async call<T>(
    start: (client: SshClient["client"], done: (error: Error | undefined, value: T) => void) => void,
  ): Promise<T> {
    const { client } = await this.reconnect.client();
    return new Promise((resolve, reject) => {
      // ssh2 throws, and never calls back, where the connection is gone.
      const lost = () => reject(new ConnectionLostError(this.host));
      client.once("close", lost);
      try {
        start(client, (error, value) => {
          client.removeListener("close", lost);
          if (error === undefined || error === null) resolve(value);
          else reject(error);
        });
      } catch (error) {
        client.removeListener("close", lost);
        reject(new ConnectionLostError(this.host, error));
      }
    });
  }
}

/** sshd refused to open a channel; `reason` is the number of RFC 4254, 5.1. */
function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && "reason" in error && typeof error.reason === "number";
}

function noSession(host: string, cause: unknown): UserError {
  return new UserError("ssh_sessions", `cannot run a command on ${host}: its sshd opens no session`, {
    hint: "MaxSessions in its sshd_config must be at least 1",
    cause,
  });
}

/** ssh2 closes a channel only when all of its data was read, which nobody does who destroys it. */
function drainOnDestroy(channel: ClientChannel, onDestroy: () => void): void {
  const destroy = channel.destroy.bind(channel);
  channel.destroy = () => {
    onDestroy();
    channel.resume();
    channel.stderr.resume();
    return destroy();
  };
}

/** A command that runs on the host. */
interface Session {
  channel: ClientChannel;
  /** the exit code, or undefined where the channel closed without one: the connection went away */
  exit: Promise<number | undefined>;
}

function watch(channel: ClientChannel): Session {
  const exit = new Promise<number | undefined>((resolve) => {
    let code: number | undefined;
    channel.on("exit", (status: number | null, signal?: string) => {
      code = status ?? 128 + signalNumber(signal);
    });
    channel.on("close", () => resolve(code));
  });
  return { channel, exit };
}
