import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type PeerCertificate, type TLSSocket } from "node:tls";
import { UserError } from "../../supervisor/config/user-error.ts";
import type { Connection } from "../connection/connection.ts";

/** What a URL of the site answered. */
export interface Answer {
  url: string;
  status: number;
  /** `direct`: from this machine to the host's address; `ssh`: from the host to itself, through the connection */
  way: "direct" | "ssh";
  certificate: ServedCertificate | undefined;
}

/** A certificate as a visitor sees it. */
export interface ServedCertificate {
  fingerprint: string;
  selfSigned: boolean;
  issuer: string;
  /** the end of its validity, ISO 8601 */
  validTo: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Requests a URL from one host, whatever DNS says: the name is kept for SNI and the Host header, the address is the host's.
 *
 * @throws UserError `endpoint_failed` where there is no answer, or one of 400 and above
 */
export async function requestEndpoint(connection: Connection, address: string, url: string): Promise<Answer> {
  const target = new URL(url);
  const port = Number(target.port || (target.protocol === "https:" ? 443 : 80));
  const { stream, way } = await openStream(connection, address, port, url);
  try {
    const secure = target.protocol === "https:" ? await startTls(stream, target.hostname) : undefined;
    const status = await requestStatus(secure ?? stream, target);
    if (status >= 400)
      throw new UserError("endpoint_failed", `${url} of ${connection.host} answers ${status}`);
    return {
      url,
      status,
      way,
      certificate: secure === undefined ? undefined : describeCertificate(secure.getPeerCertificate()),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      "endpoint_failed",
      `cannot request ${url} of ${connection.host}: ${(error as Error).message}`,
    );
  } finally {
    stream.destroy();
  }
}

async function openStream(
  connection: Connection,
  address: string,
  port: number,
  url: string,
): Promise<{ stream: Duplex; way: Answer["way"] }> {
  const socket = createConnection({ host: address, port });
  socket.setTimeout(3000, () => socket.destroy(new Error("timeout")));
  try {
    await once(socket, "connect");
    return { stream: socket.setTimeout(0), way: "direct" };
  } catch {
    socket.destroy();
  }
  try {
    return { stream: await connection.openPort("127.0.0.1", port), way: "ssh" };
  } catch (error) {
    throw new UserError(
      "endpoint_failed",
      `cannot request ${url} of ${connection.host}: nothing listens on port ${port}`,
      { cause: error },
    );
  }
}

async function startTls(stream: Duplex, servername: string): Promise<TLSSocket> {
  // The certificate is reported, not judged: self-signed is a mode, and the first one is always.
  const isName = !/^[\d.]+$|:/.test(servername);
  const secure = connectTls({
    socket: stream,
    servername: isName ? servername : undefined,
    rejectUnauthorized: false,
  });
  await once(secure, "secureConnect", { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return secure;
}

function requestStatus(stream: Duplex, target: URL): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => stream,
      host: target.hostname,
      path: `${target.pathname}${target.search}`,
      headers: { host: target.host, connection: "close", "user-agent": "longshore" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end();
  });
}

function describeCertificate(peer: PeerCertificate): ServedCertificate {
  const issuer = [peer.issuer?.O, peer.issuer?.CN].flat().filter(Boolean).join(" ");
  return {
    fingerprint: peer.fingerprint256,
    selfSigned: JSON.stringify(peer.issuer) === JSON.stringify(peer.subject),
    issuer: issuer || "unknown",
    validTo: new Date(peer.valid_to).toISOString(),
  };
}
