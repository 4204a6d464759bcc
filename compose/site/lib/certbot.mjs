import { spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { PATHS } from "./paths.mjs";

/** @typedef {import("./settings.mjs").Settings} Settings */

/**
 * Lets certbot issue or renew the certificate `site`, or find that nothing is due.
 *
 * @param {Settings} settings
 * @throws {Error} with all that certbot said: which name failed, and what the server saw there
 */
export async function runCertbot(settings) {
  await mkdir(PATHS.webroot, { recursive: true });
  const previousServer = readServer(await readFile(PATHS.renewal, "utf8").catch(() => ""));
  const environment = {
    ...process.env,
    // A private server's root; requests, which certbot speaks HTTP with, then trusts it alone.
    ...(settings.caFile && { REQUESTS_CA_BUNDLE: settings.caFile }),
  };
  const { code, output } = await runCaptured(
    "certbot",
    certbotArguments(settings, previousServer),
    environment,
  );
  if (code !== 0) throw new Error(output);
}

/**
 * One command for all cases: it issues, renews when due, and re-issues when the domains or the server changed.
 *
 * @param {Settings} settings
 * @param {string | undefined} previousServer the server that issued the present certificate
 */
export function certbotArguments(settings, previousServer) {
  const otherServer = previousServer !== undefined && previousServer !== settings.server;
  return [
    ...["certonly", "--non-interactive", "--agree-tos", "--cert-name", "site"],
    ...["--webroot", "--webroot-path", PATHS.webroot, "--preferred-challenges", "http"],
    ...settings.domains.flatMap((domain) => ["--domain", domain]),
    "--renew-with-new-domains",
    // Without the second option certbot refuses to replace a production certificate by a staging one.
    ...(otherServer ? ["--force-renewal", "--break-my-certs"] : ["--keep-until-expiring"]),
    ...["--server", settings.server],
    ...(settings.email
      ? ["--email", settings.email, "--no-eff-email"]
      : ["--register-unsafely-without-email"]),
    ...["--config-dir", PATHS.letsencrypt],
    ...["--work-dir", `${PATHS.certbotWork}/work`, "--logs-dir", `${PATHS.certbotWork}/log`],
  ];
}

/**
 * The ACME server that a certbot renewal file names.
 *
 * @param {string} renewalFile its text; empty when there is none
 */
export function readServer(renewalFile) {
  return /^server\s*=\s*(\S+)\s*$/m.exec(renewalFile)?.[1];
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number, output: string }>} output: both streams, in the order of writing
 */
function runCaptured(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
      });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output: output.trim() }));
  });
}
