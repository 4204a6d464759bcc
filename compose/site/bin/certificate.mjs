#!/usr/bin/env node
/** Issues and renews the certificate; nginx hears of it only when there is another one. Safe to run at any time. */
import { runCertbot } from "../lib/certbot.mjs";
import { configureNginx, reloadNginx } from "../lib/nginx.mjs";
import { runProgram } from "../lib/program.mjs";
import { readSettings } from "../lib/settings.mjs";
import { chooseCertificate, isServed, readTlsState, writeTlsState } from "../lib/tls-state.mjs";

await runProgram(async () => {
  const settings = readSettings(process.env);
  if (settings.mode === "off") return console.log("tls is off: there is no certificate to renew");
  const failed = settings.mode === "acme" && (await runCertbot(settings)) !== 0;

  const wanted = await chooseCertificate(settings, new Date());
  if (!isServed(await readTlsState(), wanted)) {
    await configureNginx(settings, wanted);
    await reloadNginx();
    await writeTlsState(wanted);
    console.log(`nginx serves the ${wanted.certificate} certificate of ${wanted.names?.join(", ")}`);
  } else if (!failed) console.log(`the ${wanted.certificate} certificate is good until ${wanted.expires}`);

  if (failed)
    throw new Error(`certbot could not issue a certificate: the ${wanted.certificate} one stays in use`);
});
