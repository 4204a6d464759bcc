import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderConfig, renderTemplate, templateValues } from "../../../compose/site/lib/nginx-config.mjs";
import { readSettings } from "../../../compose/site/lib/settings.mjs";

const folder = new URL("../../../compose/site/nginx/", import.meta.url);
const templates = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);
const settingsOf = (mode: string, ports = {}) => readSettings({ LONGSHORE_TLS_MODE: mode, ...ports });

test("nginx's own variables stay, ours are filled in, an unknown one is an error", () => {
  const template = `return 301 https://$host\${PORT}$request_uri; log \${request_time}s;`;
  const rendered = `return 301 https://$host:8443$request_uri; log \${request_time}s;`;
  expect(renderTemplate(template, { PORT: ":8443" })).toBe(rendered);
  expect(() => renderTemplate(template, {})).toThrow("${PORT}");
});

test.each(["acme", "self-signed", "off"])("every template of the image can be filled in: %s", (mode) => {
  for (const text of Object.values(renderConfig(templates, settingsOf(mode), { ipv6: true, trusted: true })))
    expect(text).not.toMatch(/\$\{[A-Z]/);
});

test("without TLS there is no HTTPS server, and nothing else is missing", () => {
  const surroundings = { ipv6: true, trusted: false };
  const all = Object.keys(renderConfig(templates, settingsOf("acme"), surroundings));
  const off = Object.keys(renderConfig(templates, settingsOf("off"), surroundings));
  expect(all.filter((name) => !off.includes(name))).toEqual(["server-https.conf"]);
});

test.each([
  ["acme", false, { REDIRECT: "0", HSTS: "" }],
  ["acme", true, { REDIRECT: "1", HSTS: "max-age=63072000" }],
  ["self-signed", false, { REDIRECT: "1", HSTS: "" }],
  ["off", false, { REDIRECT: "0", HSTS: "" }],
] as const)("%s, certificate issued: %s", (mode, trusted, values) => {
  expect(templateValues(settingsOf(mode), { ipv6: true, trusted })).toMatchObject(values);
});

test("the redirect names the port unless it is HTTPS's own", () => {
  const port = (number: string) =>
    templateValues(settingsOf("self-signed", { HTTPS_PORT: number }), { ipv6: true, trusted: false });
  expect(port("443").HTTPS_AUTHORITY_PORT).toBe("");
  expect(port("8443").HTTPS_AUTHORITY_PORT).toBe(":8443");
});

test("listens on IPv6 only where the kernel has it", () => {
  const listens = (ipv6: boolean) =>
    Object.values(renderConfig(templates, settingsOf("self-signed"), { ipv6, trusted: false }))
      .join("\n")
      .match(/^ *listen \S+/gm);
  expect(listens(true)).toHaveLength(4);
  expect(listens(false)).toHaveLength(2);
});

test.each([
  ["self-signed", "localhost", { MAIN_NAME: "", ANY_ADDRESS: "$host", ANY_NAME: "" }],
  ["self-signed", "203.0.113.7", { MAIN_NAME: "", ANY_ADDRESS: "$host", ANY_NAME: "" }],
  ["off", "localhost", { MAIN_NAME: "", ANY_ADDRESS: "$host", ANY_NAME: "$host" }],
  ["off", "a.org", { MAIN_NAME: "a.org", ANY_ADDRESS: "", ANY_NAME: "" }],
  ["self-signed", "203.0.113.7,a.org", { FIRST_DOMAIN: "203.0.113.7", MAIN_NAME: "a.org", ANY_ADDRESS: "" }],
  ["acme", "a.org,b.org", { FIRST_DOMAIN: "a.org", MAIN_NAME: "a.org", ANY_ADDRESS: "", ANY_NAME: "" }],
])("whose Host is ours: %s, %s", (mode, domains, values) => {
  const settings = settingsOf(mode, { LONGSHORE_TLS_DOMAINS: domains });
  expect(templateValues(settings, { ipv6: true, trusted: false })).toMatchObject(values);
});

test("a domain stands for itself alone in the configuration", () => {
  const settings = settingsOf("acme", { LONGSHORE_TLS_DOMAINS: "a.example.org,default" });
  const { OWN_NAMES } = templateValues(settings, { ipv6: true, trusted: false });
  expect(OWN_NAMES?.split(/\n */)).toEqual(['"~^a\\.example\\.org$" $host;', '"~^default$" $host;']);
});
