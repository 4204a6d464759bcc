import { isIPv4 } from "node:net";

/**
 * @typedef {import("./settings.mjs").Settings} Settings
 * @typedef {object} Surroundings what the configuration depends on besides the settings
 * @property {boolean} ipv6 whether the kernel has it
 * @property {boolean} trusted whether the certificate was issued, so that browsers accept it
 */

/**
 * The values of the templates' `${NAMES}`.
 *
 * @param {Settings} settings
 * @param {Surroundings} surroundings
 * @returns {Record<string, string>}
 */
export function templateValues(settings, { ipv6, trusted }) {
  return {
    HTTP_PORT: String(settings.httpPort),
    HTTPS_PORT: String(settings.httpsPort),
    IPV6: ipv6 ? "" : "# no IPv6 on this host: ",
    // Nobody is sent to a certificate that their browser refuses, unless self-signed is what the operator chose.
    REDIRECT: settings.mode === "self-signed" || trusted ? "1" : "0",
    HTTPS_AUTHORITY_PORT: settings.httpsPort === 443 ? "" : `:${settings.httpsPort}`,
    // A browser that has seen this once refuses plain HTTP and any other certificate for two years.
    HSTS: trusted ? "max-age=63072000" : "",
    ...hostValues(settings),
  };
}

/**
 * The values that say which Host is ours. As long as nobody has named the site it is used by address, and behind
 * somebody else's TLS by any name: the proxy in front knows which.
 *
 * @param {Settings} settings
 */
function hostValues({ domains, mode }) {
  const name = domains.find((domain) => domain !== "localhost" && !isIPv4(domain));
  return {
    FIRST_DOMAIN: domains[0] ?? "",
    MAIN_NAME: name ?? "",
    OWN_NAMES: domains.map((domain) => `"~^${domain.replaceAll(".", "\\.")}$" $host;`).join("\n    "),
    ANY_ADDRESS: name ? "" : "$host",
    ANY_NAME: name || mode !== "off" ? "" : "$host",
  };
}

/**
 * Fills a template in. Only `${UPPER_CASE}` is ours; nginx's own `$variables` are lower case and stay.
 *
 * @param {string} template
 * @param {Record<string, string>} values
 * @throws {Error} on a name that has no value
 */
export function renderTemplate(template, values) {
  return template.replaceAll(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, name) => {
    const value = values[name];
    if (value === undefined)
      throw new Error(`cannot render the nginx template: nothing is called \${${name}}`);
    return value;
  });
}

/**
 * The files that nginx gets: all of them, or all but the HTTPS server when TLS is off.
 *
 * @param {Record<string, string>} templates file name to text
 * @param {Settings} settings
 * @param {Surroundings} surroundings
 * @returns {Record<string, string>} file name to text
 */
export function renderConfig(templates, settings, surroundings) {
  const values = templateValues(settings, surroundings);
  return Object.fromEntries(
    Object.entries(templates)
      .filter(([name]) => settings.mode !== "off" || name !== "server-https.conf")
      .map(([name, template]) => [name, renderTemplate(template, values)]),
  );
}
