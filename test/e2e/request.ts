import { type IncomingHttpHeaders, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { PeerCertificate, TLSSocket } from "node:tls";
import type { TestHost } from "../hosts/test-host.ts";

export interface SiteResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** what the server showed; undefined over plain HTTP */
  certificate: PeerCertificate | undefined;
}

/**
 * One request to the site of a host, by the host's name, on a connection of its own.
 *
 * @param ca PEM that the certificate must lead to; without it HTTPS takes any certificate
 */
export function requestSite(
  host: TestHost,
  {
    path = "/",
    tls = true,
    ca,
    name = host.domain,
  }: { path?: string; tls?: boolean; ca?: string; name?: string } = {},
): Promise<SiteResponse> {
  const common = { host: host.address, path, headers: { host: name }, agent: false, timeout: 5_000 } as const;
  return new Promise((resolve, reject) => {
    const request = tls
      ? requestHttps({ ...common, servername: name, ca, rejectUnauthorized: ca !== undefined })
      : requestHttp(common);
    request.once("timeout", () => request.destroy(new Error(`no answer within ${common.timeout} ms`)));
    request.once("error", reject);
    request.once("response", (response) => {
      const certificate = tls ? (response.socket as TLSSocket).getPeerCertificate(true) : undefined;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, certificate });
      });
    });
    request.end();
  });
}
