import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Connection } from "../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import type { Release } from "../../../../provision/release/release.ts";
import {
  activateRelease,
  type HistoryEntry,
  parseHistory,
  syncRelease,
} from "../../../../provision/release/store.ts";
import { type Folder, makeFolder } from "../image/folder.ts";
import { makeExample, TASKS, wantImage } from "../stack/example-release.ts";

let folder: Folder;
let root: string;
let connection: Connection;

beforeEach(() => {
  folder = makeFolder({ "bin/docker": { mode: 0o755, text: "#!/bin/sh\nexit 0\n" } });
  root = join(folder.path, "opt", "site");
  connection = relocate(join(folder.path, "opt"));
  // No engine is asked here: releases are files.
  vi.stubEnv("PATH", `${join(folder.path, "bin")}:${process.env.PATH}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

/** This machine, with another folder in the place of /opt/longshore. */
function relocate(base: string): Connection {
  const here = openLocalConnection("web1", { needed: false });
  const move = (argument: string) => argument.replace(/^\/opt\/longshore(?=\/)/, base);
  return { ...here, exec: (argv, options) => here.exec(argv.map(move), options) };
}

const at = new Date("2026-01-02T03:04:05Z");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const modeOf = (path: string) => (statSync(join(root, path)).mode & 0o777).toString(8);
const list = (path: string) => readdirSync(join(root, path)).sort();

/** Everything below a folder with its content. */
function snapshot(): Record<string, string> {
  const names = readdirSync(root, { recursive: true }).map(String);
  const files = names.filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(files.sort().map((name) => [name, read(name)]));
}

describe("a release is received", () => {
  test("with every file in its place and with its mode", async () => {
    const release = await makeExample({
      files: { "secrets/.env": "TOKEN=x\n" },
      vars: { domain: "example.org" },
    });
    await syncRelease(connection, release, at);
    expect(list(".")).toEqual(["config", "releases", "secrets"]);
    expect(list(`releases/${release.id}`)).toEqual([
      ".env",
      "compose.longshore.yaml",
      "compose.yaml",
      "config",
    ]);
    expect(read(`releases/${release.id}/.env`)).toContain("domain='example.org'\n");
    expect(read("config/tasks.yaml")).toBe(TASKS);
    expect(read(`releases/${release.id}/config/tasks.yaml`)).toBe(TASKS);
    expect(read("secrets/.env")).toBe("TOKEN=x\n");
    expect(JSON.parse(read("config/release.json"))).toEqual({
      stack: "site",
      release: release.id,
      image: "longshore/site/web:3f2a9c01d4e5",
      host: "web1",
      deployed_at: "2026-01-02T03:04:05.000Z",
      services: { web: { replicas: 1, supervisor: true }, db: { replicas: 1, supervisor: false } },
    });
    // Tasks of other users read their configuration; secrets are root's alone.
    expect([modeOf("."), modeOf("config"), modeOf("config/tasks.yaml")]).toEqual(["755", "755", "644"]);
    expect([modeOf("secrets"), modeOf("secrets/.env"), modeOf(`releases/${release.id}/.env`)]).toEqual([
      "700",
      "600",
      "600",
    ]);
  });

  test("twice, and nothing is different", async () => {
    const release = await makeExample({ files: { "secrets/.env": "TOKEN=x\n" } });
    await syncRelease(connection, release, at);
    const before = snapshot();
    await syncRelease(connection, release, at);
    expect(snapshot()).toEqual(before);
  });

  test("and what it no longer has is removed; older releases stay", async () => {
    const old = await makeExample({
      files: { "secrets/.env": "TOKEN=x\n", "stack/ca.pem": "CA" },
      vars: { tls: "acme", ca: "ca.pem" },
    });
    await syncRelease(connection, old, at);
    const next = await makeExample({ image: wantImage("000000000000") });
    await syncRelease(connection, next, at);
    expect(list("releases")).toEqual([old.id, next.id].sort());
    expect(list("config")).toEqual(["release.json", "tasks.yaml"]);
    expect(list("secrets")).toEqual([]);
  });

  test("files keep their folders, and odd names are names", async () => {
    const release: Release = {
      ...(await makeExample()),
      secretFiles: { "app/token": Buffer.from("1"), "it's a $(name)": Buffer.from("2") },
    };
    await syncRelease(connection, release, at);
    expect(read("secrets/app/token")).toBe("1");
    expect(read("secrets/it's a $(name)")).toBe("2");
    await syncRelease(connection, { ...release, secretFiles: { "app/token": Buffer.from("3") } }, at);
    expect(read("secrets/app/token")).toBe("3");
    expect(list("secrets")).toEqual(["app"]);
  });

  test("bytes that are no text arrive as they are", async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0, 128]);
    await syncRelease(connection, { ...(await makeExample()), secretFiles: { key: bytes } }, at);
    expect(readFileSync(join(root, "secrets", "key"))).toEqual(bytes);
  });

  test("an archive that was cut off changes nothing, wherever it was cut", { timeout: 120_000 }, async () => {
    await syncRelease(connection, await makeExample({ files: { "secrets/.env": "TOKEN=x\n" } }), at);
    const before = snapshot();
    const next = await makeExample({
      image: wantImage("000000000000"),
      files: { "secrets/.env": "TOKEN=y\n" },
    });
    // Eight files of two blocks each (header and content) stand before the mark; 700 bytes end within one.
    for (const bytes of [700, ...Array.from({ length: 17 }, (_, index) => index * 512)]) {
      const cut: Connection = {
        ...connection,
        exec: (argv, options) =>
          connection.exec(["sh", "-c", `head -c ${bytes} | "$@"`, "cut", ...argv], options),
      };
      await expect(syncRelease(cut, next, at), `${bytes} bytes`).rejects.toThrow(
        /^writing the release to .* failed with code \d/,
      );
      expect(snapshot(), `${bytes} bytes`).toEqual(before);
    }
    expect(list(".").filter((name) => name.startsWith(".incoming"))).toEqual([]);
  });

  test("and clears away what an earlier, killed one left", async () => {
    mkdirSync(join(root, ".incoming.killed", "secrets"), { recursive: true });
    await syncRelease(connection, await makeExample(), at);
    expect(existsSync(join(root, ".incoming.killed"))).toBe(false);
  });
});

describe("a release is activated", () => {
  const entry = { deployed_at: at.toISOString(), by: "anna@laptop" };

  /** Activates releases one after the other, whose folders are there; the image of each has its number. */
  async function deploy(...numbers: number[]): Promise<string[]> {
    const ids: string[] = [];
    for (const number of numbers) {
      const release = await makeExample({ image: wantImage(String(number)) });
      mkdirSync(join(root, "releases", release.id), { recursive: true });
      const history = existsSync(join(root, "releases.json")) ? parseHistory(read("releases.json")) : [];
      await activateRelease(connection, release, history, entry);
      ids.push(release.id);
    }
    return ids;
  }

  test("current points to it, and the history has it", async () => {
    const [first, second] = await deploy(1, 2);
    expect(readlinkSync(join(root, "current"))).toBe(`releases/${second}`);
    expect(JSON.parse(read("releases.json"))).toEqual([
      { release: first, images: { web: "longshore/site/web:1" }, ...entry },
      { release: second, images: { web: "longshore/site/web:2" }, ...entry },
    ]);
    expect(modeOf("releases.json")).toBe("644");
    expect(list(".")).toEqual(["current", "releases", "releases.json"]);
  });

  test("the last five different releases stay for a rollback", async () => {
    const ids = await deploy(1, 2, 3, 4, 5, 6, 2);
    expect(list("releases")).toEqual([...ids.slice(1, 6)].sort());
    expect(readlinkSync(join(root, "current"))).toBe(`releases/${ids[1]}`);
  });

  test("images that no kept release needs are removed, and no others", async () => {
    const log = join(folder.path, "removed");
    const images = [1, 2, 3, 4, 5, 6, 7].map((number) => `longshore/site/web:${number}`).join("\n");
    const script = `#!/bin/sh\ncase "$2" in\n  ls) echo '${images}' ;;\n  rm) echo "$3" >> '${log}' ;;\nesac\n`;
    writeFileSync(join(folder.path, "bin", "docker"), script);
    chmodSync(join(folder.path, "bin", "docker"), 0o755);
    await deploy(1, 2, 3, 4, 5);
    writeFileSync(log, "");
    await deploy(6);
    expect(readFileSync(log, "utf8")).toBe("longshore/site/web:1\nlongshore/site/web:7\n");
  });
});

describe("the history", () => {
  const good: HistoryEntry = {
    release: "abc",
    images: {},
    deployed_at: "2026-01-01T00:00:00Z",
    by: "anna@laptop",
  };

  test.each<[string, string, HistoryEntry[]]>([
    ["none", "", []],
    ["entries", JSON.stringify([good]), [good]],
    ["cut off", JSON.stringify([good]).slice(0, -3), []],
    ["no list", '{"release":"abc"}', []],
    ["a list of something else", '[1, null, "abc", {"release": 5}]', []],
    ["some good entries", JSON.stringify([null, good, {}]), [good]],
  ])("%s", (_title, text, expected) => {
    expect(parseHistory(text)).toEqual(expected);
  });
});
