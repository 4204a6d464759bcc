import { isSocketPathTooLong, longestSocketPath } from "../../protocol/socket-path.ts";
import { type Address, parseAddress } from "./address.ts";

const unixUrl = /^http:\/\/unix:(\/[^:]+):(\/.*)$/;

/** Where an HTTP check asks: a host and port, or nginx's way to write a unix socket, `http://unix:/run/app.sock:/healthz`. */
export type HttpTarget =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "unix"; readonly socket: string; readonly path: string };

/** The address of an HTTP check; undefined for a text that is none. */
export function parseHttpTarget(text: string): HttpTarget | undefined {
  const [, socket, path] = unixUrl.exec(text) ?? [];
  if (socket !== undefined && path !== undefined) return { kind: "unix", socket, path };
  return /^https?:\/\//.test(text) && URL.canParse(text) ? { kind: "url", url: text } : undefined;
}

/** The address of a TCP check, this machine's own where it is only a port; undefined for a text that is none. */
export function parseTcpTarget(text: string): Address | undefined {
  return parseAddress(/^:?\d+$/.test(text) ? `127.0.0.1:${text.replace(":", "")}` : text);
}

/** What is wrong with the address of a check whose variables have been replaced; undefined where it is one. */
export function findAddressFault(kind: "http" | "tcp", text: string): string | undefined {
  const target = kind === "http" ? parseHttpTarget(text) : undefined;
  if (target?.kind === "unix" && isSocketPathTooLong(target.socket))
    return `the path of the socket is too long: ${target.socket} has more than ${longestSocketPath} bytes`;
  if (kind === "http" && target === undefined)
    return `${JSON.stringify(text)} is no address; write http://127.0.0.1:8080/healthz or http://unix:/run/app.sock:/healthz`;
  if (kind === "tcp" && parseTcpTarget(text) === undefined)
    return `${JSON.stringify(text)} is no address; write 127.0.0.1:5432 or 5432`;
  return undefined;
}
