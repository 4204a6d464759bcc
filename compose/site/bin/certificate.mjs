#!/usr/bin/env node
/** Issues and renews the certificate; nginx hears of it only when there is another one. Safe to run at any time. */
import { runCertbot } from "../lib/certbot.mjs";
import { configureNginx } from "../lib/nginx.mjs";
import { reloadNginx } from "../lib/nginx-reload.mjs";
import { runProgram } from "../lib/program.mjs";
import { readSettings } from "../lib/settings.mjs";
import { chooseCertificate, isServed, readTlsState, writeTlsState } from "../lib/tls-state.mjs";

await runProgram(async () => {
  const settings = readSettings(process.env);
  if (settings.mode === "off") return console.log("tls is off: there is no certificate to renew");
  const failure = settings.mode === "acme" ? await runCertbot(settings).catch((error) => error) : undefined;

  // Even then: another container may have got one, or the self-signed one may end soon.
  const wanted = await chooseCertificate(settings, new Date());
  const served = isServed(await readTlsState(), wanted);
  if (!served) {
    await configureNginx(settings, wanted);
    await reloadNginx();
    await writeTlsState(wanted);
  }
  const what = `the ${wanted.certificate} certificate of ${wanted.names?.join(", ")}, valid until ${wanted.expires}`;
  console.log(`nginx ${served ? "still" : "now"} serves ${what}`);
  if (failure) throw failure;
});
