import { once } from "node:events";
import {
  type Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import type { PeerCertificate, TLSSocket } from "node:tls";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** what the server showed; undefined over plain HTTP */
  certificate: PeerCertificate | undefined;
}

/**
 * Asks the server at `address` for a URL, whatever the name in it resolves to here. Redirects are not followed.
 *
 * @param options.ca PEM of the roots to trust; without it any certificate will do
 */
export async function ask(
  url: string,
  address: string,
  { ca, method = "GET", headers = {}, agent = false }: AskOptions = {},
): Promise<Answer> {
  const { protocol, hostname, port, pathname, search, host } = new URL(url);
  const target = { host: address, path: pathname + search, method, headers: { ...headers, host }, agent };
  const sent =
    protocol === "https:"
      ? httpsRequest({
          ...target,
          port: port || 443,
          servername: hostname,
          ca,
          rejectUnauthorized: ca !== undefined,
        })
      : httpRequest({ ...target, port: port || 80 });
  sent.setTimeout(10_000, () => sent.destroy(new Error(`no answer in 10 s: ${url}`)));
  const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
  const certificate = protocol === "https:" ? (response.socket as TLSSocket).getPeerCertificate() : undefined;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
    certificate,
  };
}

export interface AskOptions {
  ca?: string;
  method?: string;
  headers?: Record<string, string>;
  agent?: Agent | false;
}
