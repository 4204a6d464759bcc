#!/usr/bin/env node
/** Points the DuckDNS names at this host. */
import { readDuckdnsSettings, updateDuckdns } from "../lib/duckdns.mjs";
import { runProgram } from "../lib/program.mjs";

await runProgram(async () => {
  const settings = readDuckdnsSettings(process.env);
  await updateDuckdns(settings);
  console.log(`DuckDNS is up to date: ${settings.domains.join(", ")}`);
});
