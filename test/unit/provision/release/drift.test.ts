import { beforeAll, describe, expect, test } from "vitest";
import type { ContainerFacts } from "../../../../provision/engine/container.ts";
import { findDrift } from "../../../../provision/release/difference.ts";
import type { Release } from "../../../../provision/release/release.ts";
import { makeContainer, makePlain, viewOf } from "../engine/example-container.ts";
import { hostWith, makeExample, wantImage } from "../stack/example-release.ts";

const SERVICES = ["web", "db"];
const NONE = { files: [], release: false, reload: false, containers: [] };

let release: Release;
beforeAll(async () => {
  release = await makeExample({ files: { "secrets/.env": "TOKEN=x\n" } });
});

test("a host that is as wanted", () => {
  expect(findDrift(release, hostWith(release))).toEqual(NONE);
});

test("a host that has nothing", () => {
  const bare = { current: undefined, files: {}, view: viewOf(), wanted: undefined, history: "" };
  expect(findDrift(release, bare)).toEqual({
    files: [
      "config/tasks.yaml",
      "current/.env",
      "current/compose.longshore.yaml",
      "current/compose.yaml",
      "secrets/.env",
    ],
    release: true,
    reload: true,
    containers: SERVICES,
  });
});

describe("files", () => {
  const other = "f".repeat(64);

  test.each<[string, string, string | undefined, object]>([
    ["a task file was edited there", "config/tasks.yaml", other, { release: false, reload: true }],
    ["a task file is gone", "config/tasks.yaml", undefined, { release: false, reload: true }],
    ["a secret has another value", "secrets/.env", other, { release: false, reload: true }],
    ["a secret is gone", "secrets/.env", undefined, { release: false, reload: true }],
    ["a secret that nobody wants any more", "secrets/old", other, { release: false, reload: true }],
    [
      "a root certificate that nobody wants any more",
      "config/acme-ca.pem",
      other,
      { release: false, reload: true },
    ],
    ["a host variable has another value", "current/.env", other, { release: true, reload: false }],
    ["the compose file was edited there", "current/compose.yaml", other, { release: true, reload: false }],
    ["somebody left a file in the release", "current/note", other, { release: true, reload: false }],
  ])("%s", (_title, path, hash, expected) => {
    const files = { ...hostWith(release).files };
    if (hash === undefined) delete files[path];
    else files[path] = hash;
    const drift = findDrift(release, hostWith(release, { files }));
    expect(drift).toEqual({ ...NONE, files: [path], ...expected });
  });

  test("what deploy writes about itself never counts", () => {
    const files = {
      ...hostWith(release).files,
      "config/release.json": other,
      "current/config/release.json": other,
      "current/config/tasks.yaml": other,
    };
    expect(findDrift(release, hostWith(release, { files }))).toEqual(NONE);
  });
});

test("a deploy was cut off after it had written its files", () => {
  const files = { ...hostWith(release).files, "config/release.json": "f".repeat(64) };
  expect(findDrift(release, hostWith(release, { files }))).toMatchObject({
    files: ["config/release.json"],
    reload: true,
  });
});

test("another release is current", () => {
  expect(findDrift(release, hostWith(release, { current: "000000000000" }))).toEqual({
    ...NONE,
    release: true,
  });
});

describe("containers: what `docker compose up` would change", () => {
  const web = makeContainer({ image: wantImage().name, tasks: [] });
  const db = makePlain("db", { image: "mariadb:11" });
  const once = { state: "exited", restartPolicy: "no" };

  test.each<[string, ContainerFacts[], string[]]>([
    ["no container", [web], ["db"]],
    ["stopped", [{ ...web, state: "exited" }, db], ["web"]],
    ["created and never started", [{ ...web, state: "created" }, db], ["web"]],
    ["of an older image", [{ ...web, image: "longshore/site-web:old" }, db], ["web"]],
    ["of an image whose name was taken away", [{ ...web, image: "sha256:abc" }, db], ["web"]],
    ["one too many", [web, db, { ...db, id: "db2" }], ["db"]],
    ["an image that is not built here may be any", [web, { ...db, image: "mariadb:12" }], []],
    ["of another service, which was ours", [web, { ...db, service: "database" }], ["db", "database"]],
    ["of another service, which Compose includes", [web, db, makePlain("other", { isOurs: false })], []],
    ["run once and done", [web, { ...db, ...once }], []],
    [
      "run once and done, as it is retried on failure",
      [web, { ...db, ...once, restartPolicy: "on-failure" }],
      [],
    ],
    ["run once and failed", [web, { ...db, ...once, exitCode: 1 }], ["db"]],
    ["the supervisor's, ended with 0", [{ ...web, ...once }, db], ["web"]],
    ["unhealthy: a start does not change it", [{ ...web, health: "unhealthy" }, db], []],
    ["still starting", [{ ...web, health: "starting" }, db], []],
    ["paused by hand", [{ ...web, state: "paused" }, db], []],
    ["without a healthcheck", [{ ...web, health: "none" }, db], []],
  ])("%s", (_title, containers, expected) => {
    const drift = findDrift(release, hostWith(release, { view: viewOf(...containers) }));
    expect(drift).toEqual({ ...NONE, containers: expected });
  });
});

test("a new image is a new release and a new container", async () => {
  const next = await makeExample({
    files: { "secrets/.env": "TOKEN=x\n" },
    image: wantImage("000000000000"),
  });
  expect(findDrift(next, hostWith(release))).toEqual({
    files: ["current/compose.longshore.yaml"],
    release: true,
    reload: false,
    containers: ["web"],
  });
});
