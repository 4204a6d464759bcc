import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { UserError } from "../../shared/user-error.ts";
import { requireSocketPath } from "../protocol/socket-path.ts";
import { type Answer, exchange, type Question } from "./exchange.ts";
import { connectTrusted } from "./trusted-socket.ts";

/** A client of the control API over its unix socket. */
export class ControlClient {
  /**
   * @throws UserError for a path that no socket can have
   * @param interruption ends what is under way
   * @param patience how long longshored may take for what it can answer at once (ms)
   * @param connect throws where another user's program may listen
   */
  constructor(
    readonly socketPath: string,
    private readonly interruption?: AbortSignal,
    private readonly patience = 10_000,
    private readonly connect: (socketPath: string) => Socket = connectTrusted,
  ) {
    requireSocketPath(socketPath);
  }

  /** The same client, whose calls end when the signal says so. */
  until(interruption: AbortSignal): ControlClient {
    return new ControlClient(this.socketPath, interruption, this.patience, this.connect);
  }

  /**
   * Sends a request and reads the JSON answer, whatever its status.
   * @throws UserError when no supervisor answers
   */
  async send(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const question = { method, path, body: body === undefined ? undefined : JSON.stringify(body) };
    const asked = method === "GET" ? this.ask(question, this.patience) : this.await(question);
    const answer = await asked.catch((error) => {
      throw this.explain(error);
    });
    return { status: answer.status, body: this.parse(answer.body) };
  }

  /** As {@link send}, but an answer that reports an error is thrown as the UserError that it is. */
  async call<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 400) throw toUserError(answer.body);
    return answer.body as T;
  }

  /** The lines of a newline-delimited answer, as they come. */
  async *lines(path: string): AsyncGenerator<unknown> {
    const response = await this.open(path);
    const isStream = response.headers["content-type"] === "application/x-ndjson";
    let rest = "";
    response.setEncoding("utf8");
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        if (!isStream) rest = [...lines, rest].join("\n");
        else for (const line of lines) yield this.parse(line);
      }
    } catch (error) {
      throw this.explain(error as NodeJS.ErrnoException);
    }
    if (!isStream) throw toUserError(this.parse(rest));
  }

  private ask(question: Question, timeout?: number, signal = this.interruption): Promise<Answer> {
    return exchange(() => this.connect(this.socketPath), question, { timeout, signal });
  }

  /** Waits for an answer that may take as long as a task takes to stop, but not for a supervisor that hangs. */
  private async await(question: Question): Promise<Answer> {
    const hangs = new AbortController();
    const answered = new AbortController();
    const { interruption, patience } = this;
    const look = (): void => {
      this.ask({ method: "GET", path: "/ready", body: undefined }, patience, answered.signal).catch(
        (error) => {
          if (error.code === "ETIMEDOUT") hangs.abort(error);
        },
      );
    };
    const timer = setInterval(look, patience);
    const signal = interruption === undefined ? hangs.signal : AbortSignal.any([interruption, hangs.signal]);
    try {
      return await this.ask(question, undefined, signal);
    } finally {
      clearInterval(timer);
      answered.abort();
    }
  }

  private async open(path: string): Promise<IncomingMessage> {
    const { request } = await import("node:http");
    const { interruption: signal, patience } = this;
    const createConnection = (): Socket => this.connect(this.socketPath);
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ createConnection, path, ...(signal && { signal }) });
      const timer = setTimeout(() => sent.destroy(timedOut()), patience);
      sent.on("response", (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(this.explain(error));
      });
      sent.end();
    });
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.explain(Object.assign(new Error("the answer is not JSON"), { code: "EPROTO" }));
    }
  }

  private explain(error: NodeJS.ErrnoException): UserError {
    if (error instanceof UserError) return error;
    if (this.interruption?.aborted) return new UserError("interrupted", "interrupted", { exitCode: 130 });
    const reason = error.code?.replace(/^HPE_.*/, "EPROTO") ?? error.message;
    const [message, hint] = explanations[reason] ?? [
      `cannot reach longshored at SOCKET (${reason})`,
      "is longshored running? Name its socket with --socket PATH or LONGSHORE_SOCKET",
    ];
    const text = message.replace("SOCKET", this.socketPath);
    return new UserError("unreachable", text, { hint, exitCode: 69, cause: error });
  }
}

const explanations: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  EACCES: [
    "cannot reach longshored at SOCKET (EACCES)",
    "the socket belongs to the user that runs longshored",
  ],
  ETIMEDOUT: [
    "longshored at SOCKET does not answer",
    "its process is stopped (SIGSTOP, a debugger) or has too much to do",
  ],
  ECONNRESET: ["longshored at SOCKET has closed the connection", "it has ended, or was started anew"],
  EPROTO: [
    "what answers at SOCKET is not longshored",
    "name longshored's socket with --socket PATH or LONGSHORE_SOCKET",
  ],
};

function timedOut(): NodeJS.ErrnoException {
  return Object.assign(new Error("no answer in time"), { code: "ETIMEDOUT" });
}

function toUserError(body: unknown): UserError {
  const {
    code = "error",
    message = "the supervisor refused",
    hint,
  } = (body as { error?: { code?: string; message?: string; hint?: string } } | null)?.error ?? {};
  return new UserError(code, message, { hint });
}
