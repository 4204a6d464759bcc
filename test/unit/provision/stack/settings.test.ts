import { describe, expect, test } from "vitest";
import type { InventoryHost } from "../../../../provision/inventory/inventory.ts";
import { type HostSettings, resolveSettings } from "../../../../provision/stack/settings.ts";
import { loadStack } from "../../../../provision/stack/stack.ts";
import { makeHost, makeStackFolder } from "../inventory/stack-folder.ts";

/** The settings that a host gets out of an x-longshore block (its lines, indented by two). */
async function resolve(block: string, vars: InventoryHost["vars"] = {}): Promise<HostSettings> {
  const compose = `name: site\nx-longshore:\n${block}\nservices:\n  web: { build: . }\n`;
  using folder = makeStackFolder({ "compose.yaml": compose });
  return resolveSettings(await loadStack(folder.directory), makeHost(vars));
}

const SERVER = "https://acme-v02.api.letsencrypt.org/directory";

test("defaults", async () => {
  expect(await resolve("  supervisor: web")).toEqual({
    supervisor: "web",
    config: ["tasks.yaml"],
    secrets: [],
    tls: {
      mode: "self-signed",
      domains: ["localhost"],
      email: undefined,
      server: SERVER,
      ca_file: undefined,
      job: "certificate",
    },
    endpoints: [],
    deploy_timeout: 120,
    roles: [],
    variables: {
      LONGSHORE_STACK: "site",
      LONGSHORE_HOST: "web1",
      LONGSHORE_ADDRESS: "web1",
      LONGSHORE_DOMAIN: "localhost",
      LONGSHORE_TLS_MODE: "self-signed",
      LONGSHORE_TLS_DOMAINS: "localhost",
      LONGSHORE_TLS_EMAIL: "",
      LONGSHORE_TLS_SERVER: SERVER,
      LONGSHORE_TLS_CA: "",
    },
  });
});

test("the default stack with the variables of a public site", async () => {
  const host = makeHost({ tls: "acme", domain: "example.org", acme_email: "you@example.org", http_port: 80 });
  const settings = resolveSettings(await loadStack("compose/site"), host);
  expect(settings.tls).toMatchObject({ mode: "acme", domains: ["example.org"], email: "you@example.org" });
  expect(settings.endpoints).toContain("https://example.org:443/healthz");
  expect(settings.variables).toMatchObject({
    LONGSHORE_DOMAIN: "example.org",
    LONGSHORE_TLS_MODE: "acme",
    LONGSHORE_TLS_DOMAINS: "example.org",
    http_port: "80",
  });
});

describe("variables", () => {
  test("of the inventory go to Compose as text; Ansible's own and what is no variable do not", async () => {
    const { variables } = await resolve("  supervisor: web", {
      http_port: 8080,
      debug: true,
      domain: "example.org",
      empty: "",
      ansible_host: "192.0.2.1",
      ansible_password: "secret",
      domains: ["example.org", "www.example.org"],
      map: { a: "b" },
      nothing: null,
      "a-b": "no name",
    });
    expect(variables).toMatchObject({ http_port: "8080", debug: "true", domain: "example.org", empty: "" });
    expect(variables).toMatchObject({
      LONGSHORE_ADDRESS: "192.0.2.1",
      domains: "example.org,www.example.org",
    });
    expect(JSON.stringify(variables)).not.toMatch(/secret|ansible|map|nothing|a-b/);
  });

  test("of ours cannot be taken by the inventory", async () => {
    const { variables } = await resolve("  supervisor: web", {
      LONGSHORE_STACK: "x",
      LONGSHORE_TLS_MODE: "x",
    });
    expect(variables).toMatchObject({ LONGSHORE_STACK: "site", LONGSHORE_TLS_MODE: "self-signed" });
  });

  test("may stand anywhere in the block; the domain that came out of it too", async () => {
    const block = `  supervisor: web
  config: ["tasks-\${stage}.yaml"]
  tls: { domains: "\${domain}", ca_file: "\${ca:-}" }
  endpoints: ["https://\${LONGSHORE_DOMAIN}:\${port:-443}/"]`;
    expect(await resolve(block, { stage: "test", domain: "a.example.org, b.example.org" })).toMatchObject({
      config: ["tasks-test.yaml"],
      tls: { domains: ["a.example.org", "b.example.org"], ca_file: undefined },
      endpoints: ["https://a.example.org:443/"],
    });
  });

  test("a number may come from one", async () => {
    const block = "  supervisor: web\n  deploy_timeout: ${patience:-300}";
    expect((await resolve(block)).deploy_timeout).toBe(300);
    expect((await resolve(block, { patience: 60 })).deploy_timeout).toBe(60);
  });

  test("so may a switch", async () => {
    const block = '  supervisor: web\n  secrets: [{ file: .env, required: "${strict:-false}" }]';
    expect((await resolve(block)).secrets).toEqual([{ file: ".env", required: false }]);
    expect((await resolve(block, { strict: true })).secrets).toEqual([{ file: ".env", required: true }]);
  });
});

describe("domains", () => {
  test.each([
    ["example.org", ["example.org"]],
    ['"example.org, www.example.org"', ["example.org", "www.example.org"]],
    ['"example.org  www.example.org"', ["example.org", "www.example.org"]],
    ["[example.org, www.example.org]", ["example.org", "www.example.org"]],
    ["192.0.2.1", ["192.0.2.1"]],
    ['"2001:db8::1"', ["2001:db8::1"]],
  ])("%s", async (value, expected) => {
    expect((await resolve(`  supervisor: web\n  tls: { domains: ${value} }`)).tls.domains).toEqual(expected);
  });

  test.each(["exa mple_.org", "-example.org", "example..org", "'*.example.org'", "example.org/x", "$(id)"])(
    "%s is none",
    async (value) => {
      await expect(resolve(`  supervisor: web\n  tls: { domains: [${value}] }`)).rejects.toThrow(
        /compose\.yaml:4:\d+: x-longshore\.tls\.domains\.0: is not a domain name \(host web1\)/,
      );
    },
  );
});

describe("secrets", () => {
  test.each([
    [".env", { file: ".env", required: true }],
    ["{ file: .env }", { file: ".env", required: true }],
    ["{ file: .env, required: false }", { file: ".env", required: false }],
    ["app/token.txt", { file: "app/token.txt", required: true }],
  ])("%s", async (value, expected) => {
    expect((await resolve(`  supervisor: web\n  secrets: [${value}]`)).secrets).toEqual([expected]);
  });

  test.each(["../.env", "/etc/shadow", "a/../../b", "..", ".", "./.env", "a/./b", "a//b", "a b", '""', "a/"])(
    "%s is no file below secrets/",
    async (value) => {
      for (const form of [value, `{ file: ${value} }`]) {
        await expect(resolve(`  supervisor: web\n  secrets: [${form}]`)).rejects.toThrow(
          /compose\.yaml:4:\d+: x-longshore\.secrets\.0.*: must be a file below secrets\//,
        );
      }
    },
  );
});

describe("config", () => {
  test.each(["../tasks.yaml", "a/b.yaml", ".", "..", '""', "a b"])(
    "%s is no plain file name",
    async (name) => {
      await expect(resolve(`  supervisor: web\n  config: [${name}]`)).rejects.toThrow(
        /compose\.yaml:4:\d+: x-longshore\.config\.0: must be a plain file name/,
      );
    },
  );

  test.each(["release.json", "acme-ca.pem"])("%s is written by deploy", async (name) => {
    await expect(resolve(`  supervisor: web\n  config: [${name}]`)).rejects.toThrow(
      /compose\.yaml:4:\d+: x-longshore\.config\.0: .*deploy/,
    );
  });
});

test.each([
  [
    "  superviser: web",
    /compose\.yaml:3:3: x-longshore\.superviser: unknown key/,
    'did you mean "supervisor"?',
  ],
  ["  supervisor: web\n  tls: { modus: off }", /:4:10: x-longshore\.tls\.modus: unknown key/, undefined],
  [
    "  supervisor: web\n  tls: { mode: acmee }",
    /:4:16: x-longshore\.tls\.mode: expected acme, self-signed or off, got "acmee"/,
    'did you mean "acme"?',
  ],
  [
    "  tls: acme",
    /:3:\d+: x-longshore\.tls: needs a supervisor, which runs the job "certificate"/,
    undefined,
  ],
  ["  supervisor: web\n  secrets: .env", /:4:12: x-longshore\.secrets: expected a list/, undefined],
  ["  supervisor: web\n  secrets: [{ fil: .env }]", /:4:\d+: x-longshore\.secrets\.0/, undefined],
  ["  supervisor: web\n  deploy_timeout: 0", /:4:19: x-longshore\.deploy_timeout: /, undefined],
  ["  supervisor: web\n  deploy_timeout: soon", /:4:19: x-longshore\.deploy_timeout: /, undefined],
  ["  supervisor: web\n  endpoints: [localhost]", /:4:15: x-longshore\.endpoints\.0: /, undefined],
  ["  supervisor: web\n  endpoints: ['ftp://x']", /:4:15: x-longshore\.endpoints\.0: /, undefined],
  ["  supervisor: web\n  tls: { server: letsencrypt }", /:4:18: x-longshore\.tls\.server: /, undefined],
  [
    "  supervisor: web\n  tls: { domains: '${domain}' }",
    /:4:\d+: x-longshore\.tls\.domains: is empty: name at least one domain/,
    undefined,
  ],
  [
    "  supervisor: web\n  tls:\n    email: ${mail:?who gets the letters}",
    /compose\.yaml:5:12: x-longshore\.tls\.email: \$\{mail\} is not set: who gets the letters \(host web1\)/,
    undefined,
  ],
  [
    "  supervisor: web\n  endpoints:\n    - http://${x",
    /:5:7: x-longshore\.endpoints\.0: cannot read/,
    undefined,
  ],
  ["  supervisor: wep", /compose\.yaml:3:15: x-longshore\.supervisor: .*"wep"/, 'did you mean "web"?'],
])("refuses %j", async (block, message, hint) => {
  const resolving = resolve(block);
  await expect(resolving).rejects.toThrow(message);
  await expect(resolving).rejects.toMatchObject({ code: "stack_invalid" });
  if (hint === undefined) return;
  await expect(resolving).rejects.toMatchObject({
    problems: expect.arrayContaining([expect.objectContaining({ hint })]),
  });
});

test("all problems at once, each with its host", async () => {
  const block = "  superviser: web\n  endpoints: [x]\n  tls: { mode: on }";
  const error = await resolve(block).catch((thrown: Error) => thrown);
  expect(String(error).match(/\(host web1\)/g)).toHaveLength(3);
});

test("a stack may have no supervisor, and then no tasks.yaml", async () => {
  const { supervisor, config } = await resolve("  tls: off");
  expect([supervisor, config]).toEqual([undefined, []]);
  expect((await resolve("  supervisor: web")).config).toEqual(["tasks.yaml"]);
});
