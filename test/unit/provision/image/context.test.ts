import { createHash } from "node:crypto";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as tar from "tar-stream";
import { describe, expect, test } from "vitest";
import {
  type ContextEntry,
  hashContext,
  packContext,
  readContext,
} from "../../../../provision/image/context.ts";
import { makeFolder } from "./folder.ts";

const paths = (entries: ContextEntry[]) => entries.map(({ path }) => path);

async function hashFolder(files: Parameters<typeof makeFolder>[0]): Promise<string> {
  using folder = makeFolder(files);
  return hashContext(await readContext(folder.path), {});
}

test("files and links of every depth, sorted; folders are not entries of their own", async () => {
  using folder = makeFolder({ "b/c": "C", a: "A", "b/link": { linkTo: "../a" }, empty: "" });
  expect(await readContext(folder.path)).toEqual([
    { path: "a", executable: false, content: Buffer.from("A") },
    { path: "b/c", executable: false, content: Buffer.from("C") },
    { path: "b/link", executable: true, content: { linkTo: "../a" } },
    { path: "empty", executable: false, content: Buffer.alloc(0) },
  ]);
});

test("with a prefix", async () => {
  using folder = makeFolder({ "a/b": "", c: "" });
  expect(paths(await readContext(folder.path, { prefix: "longshore/" }))).toEqual([
    "longshore/a/b",
    "longshore/c",
  ]);
});

describe(".dockerignore", () => {
  const files = {
    Dockerfile: "",
    "a.md": "",
    "src/a.ts": "",
    "src/a.md": "",
    "node_modules/x/y.js": "",
    ".git/x": "",
  };

  test.each([
    ["", Object.keys(files)],
    ["*.md", ["Dockerfile", ".git/x", "node_modules/x/y.js", "src/a.md", "src/a.ts"]],
    ["**/*.md", ["Dockerfile", ".git/x", "node_modules/x/y.js", "src/a.ts"]],
    ["node_modules\n.git", ["Dockerfile", "a.md", "src/a.md", "src/a.ts"]],
    ["# *.md\n\nsrc/", ["Dockerfile", ".git/x", "a.md", "node_modules/x/y.js"]],
    ["*\n!src\nsrc/*.md", ["Dockerfile", "src/a.ts"]],
    ["Dockerfile\n.*", ["Dockerfile", "a.md", "node_modules/x/y.js", "src/a.md", "src/a.ts"]],
  ])("%j", async (text, expected) => {
    using folder = makeFolder({ ...files, ".dockerignore": text });
    const entries = await readContext(folder.path, { dockerfile: "Dockerfile" });
    expect(paths(entries).filter((path) => path !== ".dockerignore")).toEqual([...expected].sort());
  });
});

describe("the hash", () => {
  const base = { Dockerfile: "FROM scratch", "bin/run": { mode: 0o755, text: "#!/bin/sh" } };

  test("is 12 hex digits", async () => {
    expect(await hashFolder(base)).toMatch(/^[0-9a-f]{12}$/);
  });

  test("does not count when, in which order or under which umask the files were made", async () => {
    const expected = await hashFolder(base);
    expect(
      await hashFolder({ "bin/run": { mode: 0o700, text: "#!/bin/sh" }, Dockerfile: base.Dockerfile }),
    ).toBe(expected);
    const group = {
      Dockerfile: { mode: 0o664, text: "FROM scratch" },
      "bin/run": { mode: 0o775, text: "#!/bin/sh" },
    };
    expect(await hashFolder(group)).toBe(expected);
    using folder = makeFolder(base);
    utimesSync(join(folder.path, "Dockerfile"), 1, 1);
    expect(hashContext(await readContext(folder.path), {})).toBe(expected);
  });

  test.each<[string, Parameters<typeof makeFolder>[0]]>([
    ["a byte", { ...base, Dockerfile: "FROM scratcH" }],
    ["a name", { dockerfile: "FROM scratch", "bin/run": base["bin/run"] }],
    ["the right to execute", { ...base, "bin/run": "#!/bin/sh" }],
    ["one file more", { ...base, "bin/x": "" }],
    ["one file less", { Dockerfile: base.Dockerfile }],
    ["a link in place of a file", { ...base, "bin/run": { linkTo: "#!/bin/sh" } }],
  ])("counts %s", async (_title, files) => {
    expect(await hashFolder(files)).not.toBe(await hashFolder(base));
  });

  test("counts the settings of the build", () => {
    expect(hashContext([], { target: "a" })).not.toBe(hashContext([], { target: "b" }));
  });

  test("content never runs over into a name: different files, different hash", () => {
    const entry = fc.record({
      path: fc.string(),
      executable: fc.boolean(),
      content: fc
        .oneof(fc.string(), fc.constantFrom("\0", "\0a\0true\0true\0", "a"))
        .map((text) => Buffer.from(text)),
    });
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(hashContext(one, {}) === hashContext(other, {})).toBe(same);
      }),
    );
  });
});

describe("the packed context", () => {
  async function pack(entries: ContextEntry[]): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of packContext(entries)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  test("has every file as root's, plain or executable, and every link", async () => {
    const long = `${"deep/".repeat(40)}file`;
    using folder = makeFolder({
      a: "A",
      run: { mode: 0o700, text: "x" },
      link: { linkTo: "a" },
      [long]: "L",
    });
    const extract = tar.extract();
    extract.end(await pack(await readContext(folder.path)));
    const found: Record<string, unknown> = {};
    for await (const entry of extract) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      const { name, mode, uid, gid, type, linkname } = entry.header;
      expect({ uid, gid }).toEqual({ uid: 0, gid: 0 });
      found[name] = type === "symlink" ? `-> ${linkname}` : `${mode?.toString(8)} ${Buffer.concat(chunks)}`;
    }
    expect(found).toEqual({ a: "644 A", run: "755 x", link: "-> a", [long]: "644 L" });
  });

  test("is the same bytes for the same entries, whenever it is packed", async () => {
    const hash = async (files: Parameters<typeof makeFolder>[0]) => {
      using folder = makeFolder(files);
      for (const name of Object.keys(files)) utimesSync(join(folder.path, name), 1, Math.random() * 1e9);
      return createHash("sha256")
        .update(await pack(await readContext(folder.path)))
        .digest("hex");
    };
    expect(await hash({ a: "A", b: { mode: 0o711, text: "B" } })).toBe(
      await hash({ b: { mode: 0o755, text: "B" }, a: "A" }),
    );
  });
});

test.each([
  ["a folder", { ".dockerignore/x": "", Dockerfile: "" }],
  ["a link to itself", { ".dockerignore": { linkTo: ".dockerignore" }, Dockerfile: "" }],
])(
  "a .dockerignore that cannot be read (%s) is not taken for none: it may keep secrets out",
  async (_, files) => {
    using folder = makeFolder(files);
    await expect(readContext(folder.path)).rejects.toMatchObject({ code: "context_unreadable" });
  },
);
