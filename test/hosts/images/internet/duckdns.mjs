// A stand-in for https://www.duckdns.org: `GET /update?domains=a,b&token=T[&ip=I]` answers OK or KO as DuckDNS does and
// sets a.duckdns.ZONE. Every request is a line of requests.jsonl. A token that begins with "bad" is refused.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";

const zone = process.env.TESTNET_DOMAIN;

/** @type {import("node:http").RequestListener} */
function answer(request, response) {
  const url = new URL(request.url ?? "/", "http://duckdns");
  const query = Object.fromEntries(url.searchParams);
  const address = query.ip || request.socket.remoteAddress?.replace("::ffff:", "") || "";
  const domains = (query.domains ?? "").split(",");
  const accepted =
    url.pathname === "/update" &&
    /^(?!bad).+/.test(query.token ?? "") &&
    domains.every((name) => /^[a-z0-9-]+$/.test(name));
  appendFileSync(
    "requests.jsonl",
    `${JSON.stringify({ path: url.pathname, ...query, address, accepted })}\n`,
  );
  if (accepted) for (const name of domains) setAddress(name, address);
  response.setHeader("content-type", "text/plain").end(accepted ? "OK" : "KO");
}

/**
 * @param {string} name
 * @param {string} address
 */
function setAddress(name, address) {
  // dnsmasq reads a file when it is renamed into the folder, and skips names that begin with a dot.
  writeFileSync(`dns/.duckdns-${name}`, `${address} ${name}.duckdns.${zone}\n`);
  renameSync(`dns/.duckdns-${name}`, `dns/duckdns-${name}`);
}

const tls = { key: readFileSync("tls/server.key"), cert: readFileSync("tls/server.pem") };
createServer(answer).listen(80);
createTlsServer(tls, answer).listen(443);
