import type { Socket } from "node:net";

/** A request of the control API. */
export interface Question {
  readonly method: "GET" | "POST";
  /** with its query; in characters that a URL may have */
  readonly path: string;
  /** JSON */
  readonly body: string | undefined;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** When to give up. */
export interface Limits {
  /** milliseconds without a byte of an answer */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request over a unix socket, as HTTP/1.0: the answer ends with the connection and comes in one piece. To load
 * and run Node's own HTTP client takes longer than all the rest of a short command.
 * @throws the socket's error; ECONNRESET where the answer is cut short, EPROTO where it is not HTTP, ETIMEDOUT, or the
 *   signal's reason
 */
export function exchange(
  connect: () => Socket,
  { method, path, body = "" }: Question,
  { timeout = 0, signal }: Limits = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect();
    const giveUp = (): void => void socket.destroy(signal?.reason as Error);
    signal?.addEventListener("abort", giveUp);
    socket.on("close", () => signal?.removeEventListener("abort", giveUp));
    if (signal?.aborted) giveUp();
    socket.setTimeout(timeout, () => socket.destroy(failure("ETIMEDOUT", "no answer in time")));
    socket.on("error", reject);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => {
      socket.destroy();
      try {
        resolve(readAnswer(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
    const type = "content-type: application/json";
    socket.write(
      `${method} ${path} HTTP/1.0\r\n${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

/** Reads all that the server has sent. @throws ECONNRESET, EPROTO */
function readAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) throw failure("ECONNRESET", "the answer was cut short");
  const head = bytes.toString("latin1", 0, end);
  const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1];
  if (status === undefined) throw failure("EPROTO", "the answer is not HTTP");
  const body = bytes.subarray(end + 4);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined && body.length !== Number(length)) {
    throw failure("ECONNRESET", "the answer was cut short");
  }
  return { status: Number(status), body: body.toString("utf8") };
}

function failure(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
