import { expect, test } from "vitest";
import { loadStack } from "../../../../provision/stack/stack.ts";
import { formatError } from "../../../../shared/user-error.ts";
import { makeStackFolder } from "../inventory/stack-folder.ts";

test("the default stack of this repository is valid", async () => {
  const stack = await loadStack("compose/site");
  expect(stack.name).toBe("site");
  expect(Object.keys(stack.services)).toEqual(["web"]);
});

test("a folder without compose.yaml", async () => {
  await expect(loadStack("/nonexistent")).rejects.toMatchObject({
    code: "stack_unreadable",
    message: "cannot read /nonexistent/compose.yaml: ENOENT",
    hint: expect.stringContaining("--stack"),
  });
});

const X = "x-longshore: { supervisor: web }\n";

test.each([
  ["no YAML", "name: [site\n", /:2:1: /],
  ["a tab", "name: site\nservices:\n\tweb: {}\n", /:3:1: /],
  ["a key twice", `name: site\n${X}name: other\nservices: {}\n`, /:3:1: name stands here twice/],
  ["no name", `${X}services: {}\n`, /: name: is missing/],
  ["a name that Compose refuses", `name: My Site\n${X}services: {}\n`, /:1:7: name: .*lower-case/],
  ["no services", `name: site\n${X}`, /: services: is missing/],
  ["services as a list", `name: site\n${X}services: [web]\n`, /:3:11: services: expected a map, got a list/],
  ["a service as text", `name: site\n${X}services:\n  web: nginx\n`, /:4:8: services\.web: expected a map/],
  [
    "a build as a number",
    `name: site\n${X}services:\n  web: { build: 3 }\n`,
    /:4:17: services\.web\.build: /,
  ],
  ["nothing of ours", "name: site\nservices: {}\n", /has no x-longshore block/],
  ["an empty file", "", /compose\.yaml/],
])("%s is refused with its place", async (_title, text, message) => {
  using folder = makeStackFolder({ "compose.yaml": text });
  const loading = loadStack(folder.directory);
  await expect(loading).rejects.toThrow(message);
  await expect(loading).rejects.toThrow(folder.file);
  await expect(loading).rejects.toMatchObject({ code: "stack_invalid" });
});

test.each([
  ["no name", `${X}services: {}\n`, /write: name: [a-z0-9]/],
  ["a name in capitals", `name: MyApp\n${X}services: {}\n`, /write: name: myapp$/],
  ["a name with blanks", `name: My Site!\n${X}services: {}\n`, /write: name: my-site$/],
  ["neither name nor block", "services: {}\n", /write two lines: name: .* and {2}x-longshore: \{\}/],
])("%s: the line to write", async (_title, text, hint) => {
  using folder = makeStackFolder({ "compose.yaml": text });
  const error: unknown = await loadStack(folder.directory).catch((reason: unknown) => reason);
  expect(formatError(error)).toMatch(hint);
});

test("what is Compose's business is left to Compose", async () => {
  const text = `name: site
${X}x-other: { any: thing }
services:
  web: &web
    build: .
    deploy: { replicas: 2 }
    \${not}: ours
  worker:
    <<: *web
    build: { context: app, dockerfile: Dockerfile.app, cache_from: [x] }
  db: { image: "mariadb:11" }
volumes: {}
`;
  using folder = makeStackFolder({ "compose.yaml": text });
  const { services } = await loadStack(folder.directory);
  expect(services.web?.build).toMatchObject({ context: ".", dockerfile: "Dockerfile" });
  expect(services.worker?.build).toMatchObject({ context: "app", dockerfile: "Dockerfile.app", args: {} });
  expect(services.db?.build).toBeUndefined();
});
