import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";

export interface RawAnswer {
  status: number;
  /** of the redirect, or of whatever else names a place */
  location: string | undefined;
  /** everything that came, head and body */
  text: string;
}

/**
 * Sends bytes that no HTTP client would, and reads until the server closes the connection (10 s at most).
 *
 * @param lines of the head; `Connection: close` is for the caller to say, where HTTP/1.1 needs it
 */
export async function sendRaw(
  address: string,
  { tls = false, lines, body = "" }: { tls?: boolean; lines: readonly string[]; body?: string },
): Promise<RawAnswer> {
  const socket = tls
    ? connectTls({ host: address, port: 443, rejectUnauthorized: false })
    : connect({ host: address, port: 80 });
  socket.setTimeout(10_000, () => socket.destroy(new Error(`not closed in 10 s: ${lines[0]}`)));
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  const answer = await text(socket);
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(answer)?.[1]),
    location: /^location: (.*?)\r?$/im.exec(answer)?.[1],
    text: answer,
  };
}
