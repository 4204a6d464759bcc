import { expect, test } from "vitest";
import { readSettings } from "../../../compose/site/lib/settings.mjs";

test("without any variable: a self-signed certificate for localhost", () => {
  expect(readSettings({})).toEqual({
    httpPort: 80,
    httpsPort: 443,
    mode: "self-signed",
    domains: ["localhost"],
    email: undefined,
    server: "https://acme-v02.api.letsencrypt.org/directory",
    caFile: undefined,
  });
});

test("compose passes unset variables as empty ones", () => {
  const empty = { LONGSHORE_TLS_EMAIL: "", LONGSHORE_TLS_SERVER: "", LONGSHORE_TLS_CA: "", HTTP_PORT: "" };
  expect(readSettings(empty)).toEqual(readSettings({}));
});

test.each([
  ["example.org", ["example.org"]],
  ["example.org,www.example.org", ["example.org", "www.example.org"]],
  [" example.org , WWW.example.org  example.org ", ["example.org", "www.example.org"]],
])("domains %j", (value, domains) => {
  expect(readSettings({ LONGSHORE_TLS_MODE: "acme", LONGSHORE_TLS_DOMAINS: value }).domains).toEqual(domains);
});

test("an address will do for a self-signed certificate", () => {
  expect(readSettings({ LONGSHORE_TLS_DOMAINS: "203.0.113.7" }).domains).toEqual(["203.0.113.7"]);
});

test.each([
  ["LONGSHORE_TLS_MODE", "on", /use one of acme, self-signed, off/],
  ["HTTP_PORT", "0", /a port from 1 to 65535/],
  ["HTTP_PORT", "70000", /a port from 1 to 65535/],
  ["HTTPS_PORT", "443; return 200", /a port from 1 to 65535/],
  ["LONGSHORE_TLS_DOMAINS", "example.org;", /DNS knows/],
  ["LONGSHORE_TLS_DOMAINS", "-a.example.org", /DNS knows/],
  ["LONGSHORE_TLS_DOMAINS", "a..example.org", /DNS knows/],
  ["LONGSHORE_TLS_DOMAINS", `${"a".repeat(64)}.org`, /DNS knows/],
  ["LONGSHORE_TLS_DOMAINS", "203.0.113.7", /DNS knows/],
  ["LONGSHORE_TLS_DOMAINS", "*.example.org", /wildcard/],
  ["LONGSHORE_TLS_DOMAINS", ",", /at least one/],
  ["LONGSHORE_TLS_SERVER", "acme.example.org", /https:/],
  ["LONGSHORE_TLS_SERVER", "file:///etc/passwd", /https:/],
])("refuses %s=%s, naming both", (name, value, wayOut) => {
  const environment = { LONGSHORE_TLS_MODE: "acme", [name]: value };
  expect(() => readSettings(environment)).toThrow(wayOut);
  expect(() => readSettings(environment)).toThrow(name);
  expect(() => readSettings(environment)).toThrow(/^cannot use /);
});
