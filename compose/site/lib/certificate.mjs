import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * What the rest needs to know of a certificate on disk.
 *
 * @typedef {object} Certificate
 * @property {string} folder holds fullchain.pem and privkey.pem
 * @property {string} fingerprint SHA-256, as OpenSSL prints it
 * @property {string} issuer common name, or the whole name where there is none
 * @property {string[]} names the host names and addresses it is for
 * @property {Date} expires
 */

/**
 * @param {string} folder
 * @returns {Promise<Certificate | undefined>} undefined when the folder has no certificate
 */
export async function readCertificate(folder) {
  const pem = await readFile(join(folder, "fullchain.pem")).catch(() => undefined);
  return pem === undefined ? undefined : describeCertificate(folder, new X509Certificate(pem));
}

/** @param {string} folder @param {X509Certificate} x509 @returns {Certificate} */
function describeCertificate(folder, x509) {
  const commonName = /^CN=(.+)$/m.exec(x509.issuer)?.[1];
  return {
    folder,
    fingerprint: x509.fingerprint256,
    issuer: commonName ?? x509.issuer.replaceAll("\n", ", "),
    names: [...(x509.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,\s]+)/g)].map(
      (found) => found[1] ?? "",
    ),
    expires: new Date(x509.validTo),
  };
}
