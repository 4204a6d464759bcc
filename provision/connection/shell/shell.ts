import { type Duplex, Readable } from "node:stream";
import { UserError } from "../../../shared/user-error.ts";
import type { Become } from "../become.ts";
import { type CommandResult, ConnectionLostError, type ExecOptions } from "../connection.ts";
import { LineSplitter } from "../line-splitter.ts";
import { Conversation, type Started } from "./conversation.ts";
import { seal } from "./envelope.ts";
import { shellEnded, shellSilent } from "./login-shell.ts";
import type { RootTurn } from "./root-turn.ts";
import { checkBecome, explainSudo, sudoMissing, sudoSilent } from "./sudo-failure.ts";

/** Seconds in which the login shell and sudo have to begin a command: name servers that do not answer cost them 10 and more. */
const BEGIN_SECONDS = 30;

/** A program that is to be held: the stream of it once what is in between has been passed. */
export interface Held extends Started {
  stream(): Duplex;
}

/** How programs are started on a host. */
export interface Starter {
  start(argv: string[]): Promise<Started>;
  /** one that runs until its user ends it */
  hold(argv: string[]): Promise<Held>;
}

/** Runs commands on one host, as root where that is asked for, and tells what the host says in between from their own words. */
export class Shell {
  constructor(
    readonly host: string,
    readonly become: Become,
    readonly starter: Starter,
    readonly turn: RootTurn,
    readonly beginSeconds = BEGIN_SECONDS,
  ) {}

  /**
   * @throws BecomeError
   * @throws UnreachableError `login_shell` where the host ran something else
   * @throws UserError `host_silent` when `limitSeconds` are over
   */
  run(argv: readonly string[], options: ExecOptions): Promise<CommandResult> {
    return this.inTurn(options, (begun) => this.runNow(argv, options, begun));
  }

  /** A program's stdin and stdout, once it has begun. @throws what {@link run} throws */
  open(argv: readonly string[], options: { become?: boolean }): Promise<Duplex> {
    return this.inTurn(options, (begun) => this.openNow(argv, options, begun));
  }

  private inTurn<T>({ become }: { become?: boolean }, work: (begun: () => void) => Promise<T>): Promise<T> {
    try {
      checkBecome(this.host, this.become, become);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.needsSudo(become) ? this.turn.take(work) : work(() => {});
  }

  private async runNow(
    argv: readonly string[],
    options: ExecOptions,
    onBegin: () => void,
  ): Promise<CommandResult> {
    const { onLine, input = "", limitSeconds, title = argv[0] ?? "" } = options;
    const asks = this.needsSudo(options.become) && this.become.password !== undefined;
    const limit = new Limit();
    const work = async (): Promise<CommandResult> => {
      const { argv: sealed, token } = seal(argv, { become: this.mode(options.become), isHeld: false });
      const started = await this.starter.start(sealed);
      limit.onOver(() => started.kill());
      const talk = new Conversation(started, this.become.password);
      const stdout = new LineSplitter(onLine);
      const stderr = new LineSplitter(onLine);
      const outputs = [
        [started.stdout, talk.readStdout(token, (bytes) => stdout.write(bytes))],
        [started.stderr, talk.readStderr(token, (bytes) => stderr.write(bytes))],
      ] as const;
      for (const [stream, output] of outputs) stream.on("data", (chunk: Buffer) => output.write(chunk));
      const send = () => {
        if (input instanceof Readable) input.pipe(started.stdin);
        else started.stdin.end(input);
      };
      // Where sudo may ask, the command's own input waits: it must never be taken for a password.
      if (!asks) send();
      const stopWaiting = limit.after(this.beginSeconds, () => this.silence(talk));
      talk.begun().then(() => {
        stopWaiting();
        onBegin();
        if (asks) send();
      });
      const exit = await started.exit;
      for (const [, output] of outputs) output.end();
      const code = this.codeOf(talk, exit);
      return { code, stdout: stdout.end(), stderr: stderr.end() };
    };
    if (limitSeconds !== undefined) limit.after(limitSeconds, () => silent(this.host, title, limitSeconds));
    return limit.guard(work());
  }

  private async openNow(
    argv: readonly string[],
    options: { become?: boolean },
    onBegin: () => void,
  ): Promise<Duplex> {
    const { argv: sealed, token } = seal(argv, { become: this.mode(options.become), isHeld: true });
    const limit = new Limit();
    const work = async (): Promise<Duplex> => {
      const held = await this.starter.hold(sealed);
      limit.onOver(() => held.kill());
      const talk = new Conversation(held, this.become.password);
      const stderr = talk.readStderr(token, () => {});
      held.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
      limit.after(this.beginSeconds, () => this.silence(talk));
      const first: Buffer[] = [];
      const stdout = talk.readStdout(token, (bytes) => first.push(bytes));
      // Read piece by piece, and not set flowing: what comes behind the mark is for the one who holds the process.
      const read = () => {
        while (!talk.hasBegun) {
          const chunk = held.stdout.read() as Buffer | null;
          if (chunk === null) return;
          stdout.write(chunk);
        }
      };
      held.stdout.on("readable", read);
      const exit = await Promise.race([talk.begun().then(() => "begun" as const), held.exit]);
      held.stdout.removeListener("readable", read);
      if (exit !== "begun") throw this.failure(talk, exit);
      onBegin();
      const rest = Buffer.concat([...first, stdout.takeRest()]);
      if (rest.length > 0) held.stdout.unshift(rest);
      return held.stream();
    };
    return limit.guard(work());
  }

  private needsSudo(wanted: boolean | undefined): boolean {
    return wanted === true && this.become.needed;
  }

  private mode(wanted: boolean | undefined) {
    if (!this.needsSudo(wanted)) return undefined;
    return this.become.password === undefined ? "without-password" : "with-password";
  }

  private codeOf(talk: Conversation, exit: number | undefined): number {
    if (talk.code !== undefined) return talk.code;
    if (!talk.hasBegun || exit === undefined) throw this.failure(talk, exit);
    // It did not get to say how the command ended, so it was ended itself, whatever code came of that.
    return exit === 0 ? 255 : exit;
  }

  /** Why the command has not run. */
  private failure(talk: Conversation, exit: number | undefined): UserError {
    const { host, become } = this;
    if (!talk.hasSudo) return sudoMissing(host);
    if (exit === undefined) return new ConnectionLostError(host);
    return talk.isIn ? explainSudo(host, become, talk.words, talk.asked) : shellEnded(host, exit, talk.words);
  }

  private silence(talk: Conversation): UserError {
    const { host, beginSeconds } = this;
    return talk.isIn
      ? sudoSilent(host, beginSeconds, talk.words)
      : shellSilent(host, beginSeconds, talk.words);
  }
}

function silent(host: string, title: string, seconds: number): UserError {
  return new UserError("host_silent", `${host} does not answer: ${title} has not ended within ${seconds} s`, {
    hint: "something on the host hangs (a full or dead disk, an engine that does not answer): `ps` and `journalctl -p err` there may tell",
  });
}

/** The time that something may take; what runs over it is killed, and not waited for. */
class Limit {
  private kill = () => {};
  private isOver = false;
  private readonly timers = new Set<NodeJS.Timeout>();
  private fail: (error: Error) => void = () => {};

  /** Returns what takes the limit back. */
  after(seconds: number, explain: () => Error): () => void {
    if (this.isOver) return () => {};
    const timer = setTimeout(() => {
      this.fail(explain());
      this.kill();
    }, seconds * 1000);
    this.timers.add(timer);
    return () => clearTimeout(timer);
  }

  /** @param kill called at once where the time is over already */
  onOver(kill: () => void): void {
    this.kill = kill;
    if (this.isOver) kill();
  }

  guard<T>(work: Promise<T>): Promise<T> {
    const over = new Promise<never>((_, reject) => {
      this.fail = reject;
    });
    return Promise.race([work, over]).finally(() => {
      this.isOver = true;
      for (const timer of this.timers) clearTimeout(timer);
    });
  }
}
