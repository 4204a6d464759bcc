import { readFile } from "node:fs/promises";

/**
 * What the page shows of the deployment. Read at each request: a deploy replaces release.json while the app runs.
 *
 * @typedef {object} Deployment
 * @property {string} stack
 * @property {string} release
 * @property {string} host
 * @property {string | undefined} deployedAt ISO 8601
 * @property {TlsSummary} tls
 *
 * @typedef {object} TlsSummary
 * @property {"acme" | "self-signed" | "off"} mode
 * @property {"issued" | "self-signed" | "none"} certificate
 * @property {string | undefined} issuer
 * @property {string | undefined} expires ISO 8601
 */

/**
 * @param {{ releaseFile: string, tlsFile: string }} files one that is missing or broken leaves its values unknown
 * @returns {Promise<Deployment>}
 */
export async function readDeployment({ releaseFile, tlsFile }) {
  const [release, tls] = await Promise.all([readJson(releaseFile), readJson(tlsFile)]);
  return {
    stack: release.stack ?? "site",
    release: release.release ?? "unknown",
    host: release.host ?? "unknown",
    deployedAt: release.deployed_at,
    tls: {
      mode: tls.mode ?? "off",
      certificate: tls.certificate ?? "none",
      issuer: tls.issuer,
      expires: tls.expires,
    },
  };
}

/** @param {string} file @returns {Promise<Record<string, any>>} */
async function readJson(file) {
  try {
    return JSON.parse(await readFile(file, "utf8")) ?? {};
  } catch {
    return {};
  }
}
