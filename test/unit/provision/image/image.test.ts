import { join } from "node:path";
import { expect, test } from "vitest";
import { listWantedImages, type WantedImage } from "../../../../provision/image/image.ts";
import { resolveBuilds } from "../../../../provision/stack/builds.ts";
import { loadStack } from "../../../../provision/stack/stack.ts";
import { makeHost } from "../inventory/stack-folder.ts";
import { makeFolder } from "./folder.ts";

const COMPOSE = `name: site
x-longshore: { supervisor: web }
services:
  web: { build: . }
  worker:
    build: { context: worker, dockerfile: Dockerfile.worker, target: run, args: { VERSION: 1 } }
  db: { image: "mariadb:11" }
`;

const FILES = {
  "stack/compose.yaml": COMPOSE,
  "stack/Dockerfile": "FROM debian:trixie-slim",
  "stack/.dockerignore": "compose.yaml\nworker",
  "stack/worker/Dockerfile.worker": "FROM scratch AS run",
  "dist/longshored.cjs": "daemon",
  "dist/longshorectl.cjs": "client",
  "dist/koffi-ABC.node": "koffi",
  "dist/longshore.mjs": "operator",
  "dist/chunks/deploy.mjs": "operator",
  "dist/longshore.sources": "list",
};

/** The images of a stack for a host with these variables. */
async function listFor(
  variables: Record<string, string>,
  changes: Record<string, string> = {},
  secrets = "secrets",
): Promise<WantedImage[]> {
  using folder = makeFolder({ ...FILES, ...changes });
  const stack = await loadStack(join(folder.path, "stack"));
  const builds = resolveBuilds(stack, makeHost(), { variables });
  return await listWantedImages(stack, builds, "web", join(folder.path, "dist"), join(folder.path, secrets));
}

const list = (changes?: Record<string, string>) => listFor({}, changes);

test("an image for every service with a build, and the supervisor's programs in the one that it runs", async () => {
  const images = await list();
  expect(images).toMatchObject([
    { service: "web", dockerfile: "Dockerfile", target: undefined, args: {} },
    { service: "worker", dockerfile: "Dockerfile.worker", target: "run", args: { VERSION: "1" } },
  ]);
  const [web, worker] = images.map(({ entries }) => entries.map(({ path }) => path));
  expect(web).toEqual([
    ".dockerignore",
    "Dockerfile",
    "longshore/koffi-ABC.node",
    "longshore/longshorectl.cjs",
    "longshore/longshored.cjs",
  ]);
  expect(worker).toEqual(["Dockerfile.worker"]);
});

test("an image is named by its stack, its service and its content", async () => {
  const [web, worker] = await list();
  expect(web?.name).toMatch(/^longshore\/site\/web:[0-9a-f]{12}$/);
  expect(worker?.name).toMatch(/^longshore\/site\/worker:[0-9a-f]{12}$/);
});

const names = async (changes?: Record<string, string>) => (await list(changes)).map(({ name }) => name);

test.each([
  ["the same folder elsewhere", {}, [false, false]],
  [
    "the operator's own program",
    { "dist/longshore.mjs": "x", "dist/longshore.sources": "x", "dist/chunks/deploy.mjs": "x" },
    [false, false],
  ],
  ["what .dockerignore names", { "stack/compose.yaml": `${COMPOSE}# x` }, [false, false]],
  ["the Dockerfile", { "stack/Dockerfile": "FROM debian:bookworm-slim" }, [true, false]],
  ["the supervisor", { "dist/longshored.cjs": "new" }, [true, false]],
  ["a build argument", { "stack/compose.yaml": COMPOSE.replace("VERSION: 1", "VERSION: 2") }, [false, true]],
  ["the build's target", { "stack/compose.yaml": COMPOSE.replace("target: run, ", "") }, [false, true]],
])("%s: new image?", async (_title, changes, expected) => {
  const [before, after] = [await names(), await names(changes)];
  expect(after.map((name, index) => name !== before[index])).toEqual(expected);
});

test("a host's variables in a build make its images; the others share theirs", async () => {
  const compose = COMPOSE.replace("VERSION: 1", 'VERSION: "${stage:-live}"');
  const imagesOf = async (variables: Record<string, string>) =>
    (await listFor(variables, { "stack/compose.yaml": compose })).map(({ name, args }) => ({ name, args }));
  const [live, test] = [await imagesOf({}), await imagesOf({ stage: "test" })];
  expect([live[1]?.args, test[1]?.args]).toEqual([{ VERSION: "live" }, { VERSION: "test" }]);
  expect(test[1]?.name).not.toBe(live[1]?.name);
  expect(test[0]?.name).toBe(live[0]?.name);
  expect(await imagesOf({ other: "x" })).toEqual(live);
});

test("a build context that is not there is named, with the place that names it", async () => {
  const compose = COMPOSE.replace("context: worker", "context: nowhere");
  await expect(list({ "stack/compose.yaml": compose })).rejects.toMatchObject({
    code: "context_unreadable",
    message: expect.stringMatching(
      /compose\.yaml:6:12: services\.worker\.build: cannot read .*\/stack\/nowhere: there is no such folder$/,
    ),
  });
});

test.each([
  ["Dockerfile.worker", "Dockerfile.wroker"],
  ["Dockerfile.worker", "../Dockerfile"],
])("a Dockerfile that is not in the context is named, with the place that names it", async (from, to) => {
  const compose = COMPOSE.replace(`dockerfile: ${from}`, `dockerfile: ${to}`);
  await expect(list({ "stack/compose.yaml": compose })).rejects.toMatchObject({
    code: "dockerfile_missing",
    message: expect.stringMatching(/compose\.yaml:6:12: services\.worker\.build: cannot find .*ockerfile/),
    hint: expect.stringContaining("with image: instead of build:"),
  });
});

test("./ before a Dockerfile's name makes no difference", async () => {
  const dotted = COMPOSE.replace("dockerfile: Dockerfile", "dockerfile: ./Dockerfile");
  expect(await names({ "stack/compose.yaml": dotted })).toEqual(await names());
});

test("without the built programs it says how to build them", async () => {
  using folder = makeFolder({
    "compose.yaml": COMPOSE,
    Dockerfile: "FROM scratch",
    "worker/Dockerfile.worker": "FROM scratch",
  });
  const stack = await loadStack(folder.path);
  const builds = resolveBuilds(stack, makeHost(), { variables: {} });
  const listing = listWantedImages(stack, builds, "web", join(folder.path, "dist"), "secrets");
  await expect(listing).rejects.toMatchObject({ code: "not_built", hint: "run: npm run build" });
});

test.each([
  ["stack/secrets", "stack/secrets/db.env", "write the line secrets into"],
  ["stack/deploy/secrets", "stack/deploy/secrets/a/b.key", "write the line deploy/secrets into"],
  ["stack", "stack/db.env", "a folder of their own"],
])("an image that could hold a file of %s is refused: %s", async (secrets, file, hint) => {
  const ignore = { "stack/.dockerignore": "compose.yaml\nworker\nDockerfile\n.dockerignore" };
  const changes = secrets === "stack" ? { ...ignore, [file]: "x" } : { [file]: "x" };
  await expect(listFor({}, changes, secrets)).rejects.toMatchObject({
    code: "context_secret",
    hint: expect.stringContaining(hint),
  });
});

test.each<[string, Record<string, string>, string]>([
  ["it is left out", { "stack/secrets/a": "x", "stack/.dockerignore": "worker\nsecrets" }, "stack/secrets"],
  ["it is an example", { "stack/secrets/a.example": "x", "stack/secrets/.gitkeep": "" }, "stack/secrets"],
  ["its folder only sounds so", { "stack/secrets-page/a": "x", "secrets/a": "x" }, "secrets"],
  ["the secrets are elsewhere", { "stack/secrets/a": "x", "secrets/a": "x" }, "secrets"],
])("a file is none that an image may not hold where %s", async (_title, changes, secrets) => {
  expect(await listFor({}, changes, secrets)).toHaveLength(2);
});
