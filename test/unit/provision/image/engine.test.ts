import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dockerOf } from "../../../../provision/connection/docker.ts";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { ImageArchive } from "../../../../provision/image/archive.ts";
import { buildImage } from "../../../../provision/image/build.ts";
import { hashContext, readContext } from "../../../../provision/image/context.ts";
import { type Builder, hasImage } from "../../../../provision/image/engine.ts";
import type { WantedImage } from "../../../../provision/image/image.ts";
import { missingLayers } from "../../../../provision/image/layers.ts";
import { shipImage } from "../../../../provision/image/ship.ts";
import { PLAIN_BUILD } from "../stack/example-release.ts";
import { makeFolder } from "./folder.ts";

const connection = openLocalConnection("here", { needed: false });
const builder: Builder = { connection, docker: dockerOf(connection) };
const { docker } = builder;

/** True where an engine answers this user; the tests on hosts install one where they can. */
async function engineAnswers(): Promise<boolean> {
  try {
    (await connection.openSocket("/var/run/docker.sock")).destroy();
    return true;
  } catch {
    return false;
  }
}

const run = randomBytes(4).toString("hex");
const made = new Set<string>();

/** Builds a folder's image under a name of this run. */
async function build(
  files: Parameters<typeof makeFolder>[0],
  log: string[] = [],
  settings: Partial<WantedImage> = {},
): Promise<WantedImage> {
  using folder = makeFolder(files);
  const entries = await readContext(folder.path, { dockerfile: "Dockerfile" });
  const name = `longshore-test/${run}:${hashContext(entries, { run, settings })}`;
  const image = { service: "x", name, dockerfile: "Dockerfile", ...PLAIN_BUILD, entries, ...settings };
  made.add(name);
  await buildImage(builder, image, (line) => log.push(line));
  return image;
}

const layersOf = async (engine: Docker, name: string) =>
  (await engine.getImage(name).inspect()).RootFS?.Layers ?? [];

/** The paths that an image holds. */
function listFiles(name: string): string[] {
  const id = execFileSync("docker", ["create", name, "/none"], { encoding: "utf8" }).trim();
  try {
    const archive = execFileSync("docker", ["export", id], { maxBuffer: 1e8 });
    return execFileSync("tar", ["-t"], { input: archive, encoding: "utf8" }).split("\n");
  } finally {
    execFileSync("docker", ["rm", id]);
  }
}

describe.skipIf(!(await engineAnswers()))("with a real engine", () => {
  let base: WantedImage;
  let app: WantedImage;

  beforeAll(async () => {
    base = await build({ Dockerfile: "FROM scratch\nCOPY base /", base: `base of ${run}` });
    app = await build({ Dockerfile: `FROM ${base.name}\nCOPY app /`, app: `app of ${run}` });
  });

  afterAll(async () => {
    for (const name of [...made].reverse()) {
      await docker
        .getImage(name)
        .remove({ force: true })
        .catch(() => {});
    }
  });

  test("labels, arguments and the cache's settings reach the engine", async () => {
    const { name } = await build(
      { Dockerfile: "FROM scratch\nARG WHAT\nCOPY base /\nLABEL what=$WHAT", base: "settings" },
      [],
      {
        args: { WHAT: "a b" },
        labels: { "org.example.a": "it's $x", empty: "" },
        network: "none",
        cache: { from: [base.name], none: true, pull: false },
      },
    );
    const { Config } = await docker.getImage(name).inspect();
    expect(Config.Labels).toMatchObject({ what: "a b", "org.example.a": "it's $x", empty: "" });
  });

  test("an image is built, and not again", async () => {
    const log: string[] = [];
    await build({ Dockerfile: "FROM scratch\nCOPY base /", base: `base of ${run}` }, log);
    expect(log).toEqual([]);
    expect(await hasImage(docker, base.name)).toBe(true);
    expect(await hasImage(docker, `longshore-test/${run}:never`)).toBe(false);
  });

  test("a build that fails says where", async () => {
    const failing = build({ Dockerfile: "FROM scratch\nCOPY nowhere /" });
    await expect(failing).rejects.toMatchObject({ code: "build_failed" });
    await expect(failing).rejects.toThrow(/nowhere[\s\S]*Step 2\/\d : COPY nowhere/);
  });

  test("the layers that an engine with the base lacks are those of the app", async () => {
    const wanted = await layersOf(docker, app.name);
    expect(wanted).toHaveLength(2);
    expect(missingLayers(wanted, [await layersOf(docker, base.name)])).toEqual([1]);
    expect(missingLayers(wanted, [wanted])).toEqual([]);
  });

  test("an image comes back with one layer where the engine has the other", async () => {
    const archive = await ImageArchive.save(docker, app.name);
    try {
      const { Id } = await docker.getImage(app.name).inspect();
      await docker.getImage(app.name).remove();
      expect(await hasImage(docker, app.name)).toBe(false);
      const shipment = await shipImage(archive, docker, app.name);
      expect(shipment.layers).toBe(1);
      expect((await docker.getImage(app.name).inspect()).Id).toBe(Id);
      expect(listFiles(app.name)).toEqual(expect.arrayContaining(["app", "base"]));
    } finally {
      await archive.remove();
    }
  });

  test("the context has what `docker build` itself would send", async () => {
    const ignore = [
      "# comment",
      "*.log",
      "!keep.log",
      "/top",
      "**/deep",
      "dir/*",
      "!dir/kept",
      "a?c",
      "",
      "x/**/y",
    ];
    const files = {
      Dockerfile: "FROM scratch\nCOPY . /",
      ".dockerignore": ignore.join("\n"),
      "one.log": "",
      "keep.log": "",
      "sub/two.log": "",
      "top/file": "",
      "sub/top/file": "",
      "sub/deep/file": "",
      "dir/gone": "",
      "dir/kept": "",
      "dir/sub/gone": "",
      abc: "",
      abbc: "",
      "x/y": "",
      "x/1/2/y": "",
      "x/1/2/z": "",
    };
    using folder = makeFolder(files);
    const name = `longshore-test/${run}:sent`;
    made.add(name);
    const env = { ...process.env, DOCKER_BUILDKIT: "0" };
    execFileSync("docker", ["build", "-q", "-t", name, folder.path], { env, stdio: "pipe" });
    const ours = await build(files);
    expect(ours.entries.map(({ path }) => path).sort()).toEqual(
      listFiles(name)
        .filter((path) => Object.hasOwn(files, path))
        .sort(),
    );
    expect(listFiles(ours.name)).toEqual(expect.arrayContaining(ours.entries.map(({ path }) => path)));
  });
});
