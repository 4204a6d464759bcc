import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readCertificate } from "./certificate.mjs";
import { PATHS } from "./paths.mjs";
import { ensureSelfSigned } from "./self-signed.mjs";

/**
 * What nginx serves, or is to serve. All of it is public.
 *
 * @typedef {object} TlsState
 * @property {import("./settings.mjs").Settings["mode"]} mode what the operator asked for
 * @property {"issued" | "self-signed" | "none"} certificate what there is
 * @property {boolean} trusted it was issued, for all the domains
 * @property {string} [folder] of the certificate
 * @property {string} [fingerprint]
 * @property {string} [issuer]
 * @property {string[]} [names]
 * @property {string} [expires] ISO 8601
 */

/**
 * The best certificate at hand: the issued one, else a self-signed one, so that HTTPS works from the first start.
 *
 * @param {import("./settings.mjs").Settings} settings
 * @param {Date} now
 * @returns {Promise<TlsState>}
 */
export async function chooseCertificate(settings, now) {
  const { mode, domains } = settings;
  if (mode === "off") return { mode, certificate: "none", trusted: false };
  const issued = mode === "acme" ? await readCertificate(PATHS.issued) : undefined;
  const chosen = issued ?? (await ensureSelfSigned(PATHS.selfSigned, domains, now));
  return {
    mode,
    certificate: issued ? "issued" : "self-signed",
    trusted: issued !== undefined && domains.every((domain) => issued.names.includes(domain)),
    folder: chosen.folder,
    fingerprint: chosen.fingerprint,
    issuer: chosen.issuer,
    names: chosen.names,
    expires: chosen.expires.toISOString(),
  };
}

/** @returns {Promise<TlsState | undefined>} what nginx was last told to serve */
export async function readTlsState() {
  const text = await readFile(PATHS.tlsState, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** @param {TlsState} state */
export async function writeTlsState(state) {
  await mkdir(dirname(PATHS.tlsState), { recursive: true });
  await writeFile(`${PATHS.tlsState}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o644 });
  await rename(`${PATHS.tlsState}.new`, PATHS.tlsState);
}

/**
 * Whether nginx has to read its configuration again to get from one state to the other.
 *
 * @param {TlsState | undefined} served
 * @param {TlsState} wanted
 */
export function isServed(served, wanted) {
  return served?.fingerprint === wanted.fingerprint && served?.trusted === wanted.trusted;
}
