import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readlink, rename, rm, symlink } from "node:fs/promises";
import { isIPv4 } from "node:net";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { readCertificate } from "./certificate.mjs";

const DAYS_VALID = 365;
const RENEW_BEFORE_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The self-signed certificate of these domains: the one in the folder while it will do, else a new one (valid for a
 * year, made anew 30 days before its end). It outlives the container, so that a browser's exception does too.
 *
 * @param {string} folder a symlink that this function keeps
 * @param {readonly string[]} domains
 * @param {Date} now
 */
export async function ensureSelfSigned(folder, domains, now) {
  const present = await readCertificate(folder);
  if (present && !needsRenewal(present, domains, now)) return present;
  await makeSelfSigned(folder, domains);
  const made = await readCertificate(folder);
  if (!made) throw new Error(`cannot make a self-signed certificate: openssl left none in ${folder}`);
  return made;
}

/**
 * @param {import("./certificate.mjs").Certificate} certificate
 * @param {readonly string[]} domains
 * @param {Date} now
 */
export function needsRenewal(certificate, domains, now) {
  const missing = domains.some((domain) => !certificate.names.includes(domain));
  return missing || certificate.expires.getTime() - now.getTime() < RENEW_BEFORE_MS;
}

/**
 * Certificate and key are made in a folder of their own and appear together, by one rename of a symlink: the other
 * container of a rollout may be reading them.
 *
 * @param {string} folder
 * @param {readonly string[]} domains
 */
async function makeSelfSigned(folder, domains) {
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  await promisify(execFile)("openssl", opensslArguments(fresh, domains));
  const previous = await readlink(folder).catch(() => undefined);
  const link = `${fresh}.link`;
  await symlink(basename(fresh), link);
  await rename(link, folder);
  if (previous) await rm(join(dirname(folder), previous), { recursive: true, force: true });
}

/** @param {string} folder @param {readonly string[]} domains */
function opensslArguments(folder, domains) {
  const names = domains.map((domain) => (isIPv4(domain) ? `IP:${domain}` : `DNS:${domain}`));
  return [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"],
    ...["-days", String(DAYS_VALID), "-subj", "/O=Longshore/CN=self-signed"],
    ...["-addext", `subjectAltName=${names.join(",")}`],
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"],
    ...["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")],
  ];
}
