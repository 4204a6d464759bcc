/**
 * @typedef {object} DuckdnsSettings
 * @property {string} token
 * @property {string[]} domains without `.duckdns.org`
 * @property {string} url
 */

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {DuckdnsSettings}
 */
export function readDuckdnsSettings(environment) {
  const domains = (environment.DUCKDNS_DOMAINS ?? "").split(/[\s,]+/).filter(Boolean);
  return {
    token: (environment.DUCKDNS_TOKEN ?? "").trim(),
    domains: domains.map((domain) => domain.replace(/\.duckdns\.org$/i, "")),
    url: environment.DUCKDNS_URL || "https://www.duckdns.org",
  };
}

/**
 * Points the domains at the address that this request comes from (https://www.duckdns.org/spec.jsp). The service takes
 * its token in the URL, so no error message here may show one.
 *
 * @param {DuckdnsSettings} settings
 * @throws {Error}
 */
export async function updateDuckdns({ token, domains, url }) {
  if (!token) throw new Error("cannot update DuckDNS: DUCKDNS_TOKEN is not set");
  if (domains.length === 0) throw new Error("cannot update DuckDNS: DUCKDNS_DOMAINS is not set");
  const answer = await request(url, new URLSearchParams({ domains: domains.join(","), token, ip: "" }));
  if (answer.body === "OK") return;
  const names = domains.join(", ");
  if (answer.body === "KO")
    throw new Error(`cannot update DuckDNS: ${url} refused the token or a name (${names})`);
  throw new Error(`cannot update DuckDNS: ${url} answered with status ${answer.status}, neither OK nor KO`);
}

/** @param {string} url @param {URLSearchParams} query */
async function request(url, query) {
  const target = new URL("/update", url);
  target.search = query.toString();
  try {
    // A redirect would hand the token to somebody else.
    const response = await fetch(target, { redirect: "error", signal: AbortSignal.timeout(20_000) });
    return { status: response.status, body: (await response.text()).trim() };
  } catch (error) {
    throw new Error(`cannot update DuckDNS: no answer from ${url} (${failureCode(error)})`);
  }
}

/** @param {unknown} error */
function failureCode(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.name : "unknown";
}
