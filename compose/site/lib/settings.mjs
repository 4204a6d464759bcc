import { isIPv4 } from "node:net";

/**
 * The stack's settings, as compose.yaml passes them in the environment.
 *
 * @typedef {object} Settings
 * @property {number} httpPort
 * @property {number} httpsPort
 * @property {"acme" | "self-signed" | "off"} mode
 * @property {string[]} domains the first one names the certificate's subject
 * @property {string | undefined} email of the ACME account
 * @property {string} server URL of the ACME directory
 * @property {string | undefined} caFile PEM root of a private ACME server
 */

export class SettingsError extends Error {
  /** @override */
  name = "SettingsError";
}

const MODES = /** @type {const} */ (["acme", "self-signed", "off"]);
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Settings}
 * @throws {SettingsError} that names the variable and its value
 */
export function readSettings(environment) {
  const mode = readMode(environment.LONGSHORE_TLS_MODE || "self-signed");
  return {
    httpPort: readPort("HTTP_PORT", environment.HTTP_PORT || "80"),
    httpsPort: readPort("HTTPS_PORT", environment.HTTPS_PORT || "443"),
    mode,
    domains: readDomains(environment.LONGSHORE_TLS_DOMAINS || "localhost", mode),
    email: environment.LONGSHORE_TLS_EMAIL || undefined,
    server: readUrl("LONGSHORE_TLS_SERVER", environment.LONGSHORE_TLS_SERVER || LETS_ENCRYPT),
    caFile: environment.LONGSHORE_TLS_CA || undefined,
  };
}

/** @param {string} value */
function readMode(value) {
  const mode = MODES.find((known) => known === value);
  if (!mode) throw invalid("LONGSHORE_TLS_MODE", value, `use one of ${MODES.join(", ")}`);
  return mode;
}

/** @param {string} name @param {string} value */
function readPort(name, value) {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (port < 1 || port > 65535) throw invalid(name, value, "use a port from 1 to 65535");
  return port;
}

/** @param {string} value @param {Settings["mode"]} mode */
function readDomains(value, mode) {
  const domains = value.split(/[\s,]+/).filter(Boolean);
  for (const domain of domains) {
    if (domain.startsWith("*."))
      throw invalid(
        "LONGSHORE_TLS_DOMAINS",
        domain,
        "a wildcard needs a DNS challenge; name each host instead",
      );
    if (mode === "acme" && !isHostName(domain))
      throw invalid("LONGSHORE_TLS_DOMAINS", domain, "use the names that the DNS knows this host by");
    if (!isHostName(domain) && !isIPv4(domain))
      throw invalid("LONGSHORE_TLS_DOMAINS", domain, "use host names or IPv4 addresses");
  }
  if (domains.length === 0) throw invalid("LONGSHORE_TLS_DOMAINS", value, "name at least one domain");
  return [...new Set(domains.map((domain) => domain.toLowerCase()))];
}

/**
 * RFC 1123 labels of ASCII letters, digits and hyphens, 253 characters at most; an IPv4 address is not a host name.
 *
 * @param {string} value
 */
function isHostName(value) {
  const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/i;
  return value.length <= 253 && !isIPv4(value) && value.split(".").every((part) => label.test(part));
}

/** @param {string} name @param {string} value */
function readUrl(name, value) {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:")
    throw invalid(name, value, "use an https:// URL");
  return value;
}

/** @param {string} name @param {string} value @param {string} wayOut */
function invalid(name, value, wayOut) {
  return new SettingsError(`cannot use ${name}=${JSON.stringify(value)}: ${wayOut}`);
}
