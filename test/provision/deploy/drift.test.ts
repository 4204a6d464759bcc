import { beforeAll, describe, expect, test } from "vitest";
import { findDrift } from "../../../provision/deploy/drift.ts";
import type { Release } from "../../../provision/deploy/release.ts";
import type { ContainerFacts, StackFacts } from "../../../provision/facts/facts.ts";
import { hostWith, makeExample, wantImage } from "./example-release.ts";

const SERVICES = ["web", "db"];
const NONE = { files: [], release: false, reload: false, containers: [] };

let release: Release;
beforeAll(async () => {
  release = await makeExample({ files: { "secrets/.env": "TOKEN=x\n" } });
});

test("a host that is as wanted", () => {
  expect(findDrift(release, SERVICES, hostWith(release))).toEqual(NONE);
});

test("a host that has nothing", () => {
  const bare = { current: undefined, files: {}, containers: [], certificateExitCode: undefined, history: "" };
  expect(findDrift(release, SERVICES, bare)).toEqual({
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
    const drift = findDrift(release, SERVICES, hostWith(release, { files }));
    expect(drift).toEqual({ ...NONE, files: [path], ...expected });
  });

  test("what deploy writes about itself never counts", () => {
    const files = {
      ...hostWith(release).files,
      "config/release.json": other,
      "current/config/release.json": other,
      "current/config/tasks.yaml": other,
    };
    expect(findDrift(release, SERVICES, hostWith(release, { files }))).toEqual(NONE);
  });
});

test("a deploy was cut off after it had written its files", () => {
  const files = { ...hostWith(release).files, "config/release.json": "f".repeat(64) };
  expect(findDrift(release, SERVICES, hostWith(release, { files }))).toMatchObject({
    files: ["config/release.json"],
    reload: true,
  });
});

test("another release is current", () => {
  expect(findDrift(release, SERVICES, hostWith(release, { current: "000000000000" }))).toEqual({
    ...NONE,
    release: true,
  });
});

describe("containers", () => {
  const [web, db] = hostWith({
    ...({} as Release),
    releaseFiles: {},
    configFiles: {},
    secretFiles: {},
    id: "",
  }).containers as [ContainerFacts, ContainerFacts];

  test.each<[string, StackFacts["containers"], string[]]>([
    ["no container", [web], ["db"]],
    ["stopped", [{ ...web, state: "exited" }, db], ["web"]],
    ["created and never started", [{ ...web, state: "created" }, db], ["web"]],
    ["restarting", [{ ...web, state: "restarting" }, db], ["web"]],
    ["unhealthy", [{ ...web, health: "unhealthy" }, db], ["web"]],
    ["still starting", [{ ...web, health: "starting" }, db], ["web"]],
    ["without a healthcheck", [{ ...web, health: "none" }, db], []],
    ["of an older image", [{ ...web, image: "longshore/site/web:old" }, db], ["web"]],
    ["of an image whose name was taken away", [{ ...web, image: "sha256:abc" }, db], ["web"]],
    [
      "an old one beside a new one",
      [{ ...web, image: "longshore/site/web:old", state: "exited" }, web, db],
      [],
    ],
    ["an image that is not built here may be any", [web, { ...db, image: "mariadb:12" }], []],
    ["of another service", [web, { ...db, service: "database" }], ["db"]],
    ["run once and done", [web, { ...db, state: "completed" }], []],
  ])("%s", (_title, containers, expected) => {
    expect(findDrift(release, SERVICES, hostWith(release, { containers }))).toEqual({
      ...NONE,
      containers: expected,
    });
  });
});

test("a new image is a new release and a new container", async () => {
  const next = await makeExample({
    files: { "secrets/.env": "TOKEN=x\n" },
    image: wantImage("000000000000"),
  });
  expect(findDrift(next, SERVICES, hostWith(release))).toEqual({
    files: ["current/compose.longshore.yaml"],
    release: true,
    reload: false,
    containers: ["web"],
  });
});
