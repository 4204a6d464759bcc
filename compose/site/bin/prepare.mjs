#!/usr/bin/env node
/** Runs once when the container starts, before nginx: the folders, a certificate, nginx's configuration. */
import { mkdir } from "node:fs/promises";
import { configureNginx } from "../lib/nginx.mjs";
import { PATHS } from "../lib/paths.mjs";
import { runProgram } from "../lib/program.mjs";
import { readSettings } from "../lib/settings.mjs";
import { chooseCertificate, writeTlsState } from "../lib/tls-state.mjs";

await runProgram(async () => {
  const settings = readSettings(process.env);
  await mkdir(PATHS.webroot, { recursive: true });
  const state = await chooseCertificate(settings, new Date());
  await configureNginx(settings, state);
  await writeTlsState(state);
  const certificate = state.expires
    ? `${state.certificate} certificate until ${state.expires.slice(0, 10)}`
    : "no TLS";
  console.log(`nginx is configured: ${settings.domains.join(", ")}, ${certificate}`);
});
