import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark; --ink: #14232f; --soft: #51646f; --paper: #f4f7f8; --card: #ffffff; --line: #d9e2e6; --sea: #0b6e7a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eef1; --soft: #9db0ba; --paper: #0e171d; --card: #16222a; --line: #263640; --sea: #5cc4cf; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; }
main { width: 100%; max-width: 36rem; background: var(--card); border: 1px solid var(--line);
  border-top: 4px solid var(--sea); border-radius: 0.75rem; padding: 2rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
p { margin: 0.5rem 0 1.5rem; color: var(--soft); }
dl { margin: 0; display: grid; grid-template-columns: minmax(6rem, auto) 1fr; }
dt, dd { margin: 0; padding: 0.6rem 0; border-top: 1px solid var(--line); }
dt { color: var(--soft); padding-right: 1.5rem; }
dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
code { font: 0.95em ui-monospace, monospace; }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Nothing but this page's own style: no scripts, no other site, no frame around it. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * The home page.
 *
 * @param {import("./deployment.mjs").Deployment} deployment
 * @param {{ uptimeSeconds: number, secure: boolean }} now `secure`: this request came over HTTPS
 */
export function renderPage(deployment, { uptimeSeconds, secure }) {
  const { stack, release, host, deployedAt, tls } = deployment;
  const rows = [
    ["Release", `<code>${escapeHtml(release)}</code>`],
    ["Host", escapeHtml(host)],
    ["Deployed", deployedAt ? renderTime(deployedAt) : "unknown"],
    ["Uptime", formatUptime(uptimeSeconds)],
    ["Connection", secure ? "HTTPS" : "plain HTTP"],
    ["Certificate", renderCertificate(tls)],
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(stack)} is up</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(stack)} is up</h1>
<p>Put your own app in its place: <code>compose/site/app</code></p>
<dl>
${rows.map(([term, value]) => `<dt>${term}</dt><dd>${value}</dd>`).join("\n")}
</dl>
</main>
</body>
</html>
`;
}

/** @param {import("./deployment.mjs").TlsSummary} tls */
function renderCertificate(tls) {
  const until = tls.expires ? `, valid until ${renderTime(tls.expires)}` : "";
  if (tls.certificate === "issued") return `issued by ${escapeHtml(tls.issuer ?? "its authority")}${until}`;
  if (tls.certificate === "none") return "none: TLS is off";
  return tls.mode === "acme" ? "self-signed until the first one is issued" : `self-signed${until}`;
}

/** @param {string} iso */
function renderTime(iso) {
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(iso.slice(0, 16).replace("T", " "))} UTC</time>`;
}

/**
 * The two largest units: `3 d 4 h`, `12 min 5 s`.
 *
 * @param {number} seconds
 */
export function formatUptime(seconds) {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount !== 0);
  const shown = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(" ");
}

/** @param {unknown} text */
function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
