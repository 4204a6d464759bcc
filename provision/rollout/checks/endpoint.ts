import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type PeerCertificate, type TLSSocket } from "node:tls";
import { UserError } from "../../../shared/user-error.ts";
import type { Connection } from "../../connection/connection.ts";

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
const CONNECT_MS = 3000;

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
    const { status, reason } = await requestStatus(secure ?? stream, target);
    if (status >= 400) {
      const words = [String(status), reason].filter(Boolean).join(" ");
      throw new UserError("endpoint_failed", `${url} of ${connection.host} answers ${words}`);
    }
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
  socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no answer in ${CONNECT_MS / 1000} s`)));
  let direct: unknown;
  try {
    await once(socket, "connect");
    return { stream: socket.setTimeout(0), way: "direct" };
  } catch (error) {
    direct = error;
    socket.destroy();
  }
  try {
    return { stream: await within(connection.openPort("127.0.0.1", port)), way: "ssh" };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const words = describeRefusal(direct, error, `${address}:${port}`);
    throw new UserError("endpoint_failed", `cannot request ${url} of ${connection.host}: ${words}`, {
      cause: error,
    });
  }
}

/** Why a port can be reached neither from here nor from the host itself. */
function describeRefusal(direct: unknown, atHost: unknown, place: string): string {
  const port = place.slice(place.lastIndexOf(":") + 1);
  const { code, reason, message } = atHost as { code?: string; reason?: number; message?: string };
  const here = (direct as { code?: string }).code ?? (direct as Error).message;
  // RFC 4254, 5.1: 2 is "connect failed", 1 is "administratively prohibited".
  const isRefused = code === "ECONNREFUSED" || reason === 2;
  if (isRefused && here === "ECONNREFUSED") return `nothing listens on port ${port}`;
  const there = isRefused
    ? `nothing listens on 127.0.0.1:${port}`
    : reason === 1
      ? "its sshd forbids forwarding"
      : (message ?? "the connection failed");
  return `cannot connect to ${place} (${here}), nor from the host itself (${there})`;
}

/** Gives a stream up that is not there in time; one that comes later is closed. */
function within(opening: Promise<Duplex>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer in ${TIMEOUT_MS / 1000} s`));
      opening.then((stream) => stream.destroy()).catch(() => {});
    }, TIMEOUT_MS);
    opening.then(resolve, reject).finally(() => clearTimeout(timer));
  });
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

function requestStatus(stream: Duplex, target: URL): Promise<{ status: number; reason: string }> {
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
      resolve({ status: response.statusCode ?? 0, reason: response.statusMessage ?? "" });
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
