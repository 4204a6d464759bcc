import type { IncomingMessage } from "node:http";
import { UserError } from "../config/user-error.ts";
import { exchange } from "./exchange.ts";

/** A client of the control API over its unix socket. */
export class ControlClient {
  constructor(readonly socketPath: string) {}

  /**
   * Sends a request and reads the JSON answer, whatever its status.
   * @throws UserError when no supervisor answers
   */
  async send(
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await exchange(this.socketPath, { method, path, body: text }).catch((error) => {
      throw this.explain(error);
    });
    return { status: answer.status, body: JSON.parse(answer.body) };
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
    let rest = "";
    response.setEncoding("utf8");
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      if ((response.statusCode ?? 0) >= 400) throw toUserError(JSON.parse(lines.join("\n")));
      for (const line of lines) yield JSON.parse(line);
    }
  }

  private async open(path: string): Promise<IncomingMessage> {
    const { request } = await import("node:http");
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.socketPath, path, agent: false }, resolve);
      sent.on("error", (error: NodeJS.ErrnoException) => reject(this.explain(error)));
      sent.end();
    });
  }

  private explain(error: NodeJS.ErrnoException): UserError {
    const reason = error.code ?? error.message;
    const hint =
      error.code === "EACCES"
        ? "the socket belongs to the user that runs longshored"
        : "is longshored running? Name its socket with --socket PATH or LONGSHORE_SOCKET";
    return new UserError("unreachable", `cannot reach longshored at ${this.socketPath} (${reason})`, {
      hint,
      exitCode: 69,
      cause: error,
    });
  }
}

function toUserError(body: unknown): UserError {
  const {
    code = "error",
    message = "the supervisor refused",
    hint,
  } = (body as { error?: { code?: string; message?: string; hint?: string } }).error ?? {};
  return new UserError(code, message, { hint });
}
