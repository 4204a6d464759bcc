import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Release } from "../../../../provision/release/release.ts";
import { COMPOSE, type ExampleOptions, makeExample, TASKS, wantImage } from "../stack/example-release.ts";

const texts = (files: Release["releaseFiles"]) =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [name, content.toString("utf8")]));

test("what a host gets", async () => {
  const release = await makeExample({ files: { "secrets/.env": "TOKEN=x\n", "secrets/other": "y" } });
  expect(release.id).toMatch(/^[0-9a-f]{12}$/);
  expect(texts(release.configFiles)).toEqual({ "tasks.yaml": TASKS });
  expect(texts(release.secretFiles)).toEqual({ ".env": "TOKEN=x\n" });
  const files = texts(release.releaseFiles);
  expect(Object.keys(files).sort()).toEqual([".env", "compose.longshore.yaml", "compose.yaml"]);
  expect(files["compose.yaml"]).toBe(COMPOSE);
  expect(parse(files["compose.longshore.yaml"] ?? "")).toEqual({
    services: {
      web: { image: "longshore/site/web:3f2a9c01d4e5", labels: { "longshore.stack": "site" } },
      db: { labels: { "longshore.stack": "site" } },
    },
  });
});

test("a secret stands in its own file and nowhere else", async () => {
  const release = await makeExample({
    files: { "secrets/.env": "TOKEN=hush\n" },
    vars: { domain: "example.org" },
  });
  const { secretFiles: _, ...rest } = release;
  expect(
    JSON.stringify({ ...rest, files: texts({ ...rest.releaseFiles, ...rest.configFiles }) }),
  ).not.toContain("hush");
});

describe("the id", () => {
  const idOf = async (options: ExampleOptions) => (await makeExample(options)).id;

  test.each<[string, ExampleOptions]>([
    ["a secret", { files: { "secrets/.env": "TOKEN=y\n" } }],
    ["the host", { host: "web2" }],
    ["a host's variable", { vars: { domain: "example.org", http_port: 8080 } }],
    ["a file that is not mounted", { files: { "stack/README.md": "x" } }],
  ])("does not count %s", async (_title, options) => {
    expect(await idOf(options)).toBe(await idOf({}));
  });

  test.each<[string, ExampleOptions]>([
    ["the image", { image: wantImage("000000000000") }],
    ["the compose file", { files: { "stack/compose.yaml": `${COMPOSE}# x\n` } }],
    ["a configuration file", { files: { "stack/tasks.yaml": `${TASKS}# x\n` } }],
  ])("counts %s", async (_title, options) => {
    expect(await idOf(options)).not.toBe(await idOf({}));
  });
});

test("the root certificate of a private ACME server travels with the configuration, where it is used", async () => {
  const files = { "stack/ca.pem": "-----BEGIN CERTIFICATE-----" };
  const acme = await makeExample({ files, vars: { tls: "acme", ca: "ca.pem" } });
  expect(texts(acme.configFiles)).toEqual({ "tasks.yaml": TASKS, "acme-ca.pem": files["stack/ca.pem"] });
  const selfSigned = await makeExample({ files, vars: { ca: "ca.pem" } });
  expect(Object.keys(selfSigned.configFiles)).toEqual(["tasks.yaml"]);
});

test.each<[string, ExampleOptions, object]>([
  [
    "a required secret is missing",
    { files: { "stack/compose.yaml": COMPOSE.replace("required: false", "required: true") } },
    {
      code: "secret_missing",
      message: expect.stringMatching(/^cannot read the secrets file .*\/secrets\/\.env: ENOENT$/),
    },
  ],
  [
    "a secret is a folder",
    { files: { "secrets/.env/x": "" } },
    { code: "secret_missing", message: expect.stringMatching(/EISDIR$/) },
  ],
  [
    "a configuration file is missing",
    { files: { "stack/compose.yaml": COMPOSE.replace("tasks.yaml", "other.yaml") } },
    { code: "config_missing", message: expect.stringMatching(/\/stack\/other\.yaml: ENOENT$/) },
  ],
  [
    "the root certificate is missing",
    { vars: { tls: "acme", ca: "ca.pem" } },
    { code: "config_missing", message: expect.stringMatching(/\/stack\/ca\.pem: ENOENT$/) },
  ],
  [
    "a task has a misspelt key",
    { files: { "stack/tasks.yaml": "tasks:\n  app: { comand: x }\n" } },
    {
      code: "tasks_file",
      message: expect.stringMatching(/\/tasks\.yaml:2:10: tasks\.app\.comand: unknown key/),
    },
  ],
])("refused: %s", async (_title, options, expected) => {
  await expect(makeExample(options)).rejects.toMatchObject(expected);
});

test("a secret that is not required may be missing", async () => {
  expect((await makeExample()).secretFiles).toEqual({});
});
