import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baseImages, installDebootstrap } from "../../../../provision/image/base-image.ts";
import { recordCommands } from "../connection/recording-connection.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

const list = (text: string) =>
  baseImages({
    dockerfile: "Dockerfile",
    entries: [{ path: "Dockerfile", executable: false, content: Buffer.from(text) }],
  });

test.each([
  ["FROM debian:trixie-slim", ["debian:trixie-slim"]],
  ["# FROM no\nFROM a\nRUN x", ["a"]],
  ["from a as b\nFROM c AS d", ["a", "c"]],
  ["FROM a AS build\nFROM build\nFROM b", ["a", "b"]],
  ["FROM a AS Build\nFROM build", ["a"]],
  ["FROM a\nFROM a", ["a"]],
  ["FROM scratch", []],
  ["FROM --platform=linux/amd64 a", ["a"]],
  [
    "FROM --platform=$BUILDPLATFORM registry.example.org:5000/a:1@sha256:abc AS b",
    ["registry.example.org:5000/a:1@sha256:abc"],
  ],
  ["ARG VERSION=1\nFROM a:$VERSION\nFROM b:${VERSION}\nFROM c", ["c"]],
  ["  FROM a", ["a"]],
  ["FROM a\r\nFROM b\r\n", ["a", "b"]],
  ["FROM \\\n  a AS x", ["a"]],
  ["FROM a\nRUN psql -c 'SELECT * \\\n  FROM users'", ["a"]],
  ["FROM a\nRUN x \\\n# a comment in between\n  FROM users", ["a"]],
  ["FROM a\nRUN FROM b", ["a"]],
  ["FROM a\nCOPY --from=b / /", ["a"]],
  ["", []],
])("%j starts from %j", (text, expected) => {
  expect(list(text)).toEqual(expected);
});

test("a Dockerfile that is not there is named", () => {
  expect(() => baseImages({ dockerfile: "Dockerfile.app", entries: [] })).toThrow(
    "cannot find Dockerfile.app in the build context",
  );
});

test("no Dockerfile makes the reader fail, and what it finds stands there", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("FROM", "FROM a", "FROM a AS b", "RUN \\", "#", "FROM --x"),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.join("\n");
      for (const name of list(text)) expect(text).toContain(name);
    }),
  );
});

describe("debootstrap", () => {
  test("is installed when no other apt is at work, and its waiting is shown", async () => {
    const said: string[] = [];
    const connection = recordCommands(({ text }) =>
      text === KEYRING ? { code: 1 } : { output: "waiting for apt-get (process 7), which holds apt's lock" },
    );
    await installDebootstrap(connection, (line) => said.push(line));
    const [, update, install] = connection.commands;
    expect(update?.text).toMatch(/^900 env .* apt-get .* update$/);
    expect(install?.text).toMatch(/^900 env .* apt-get .* -- debootstrap debian-archive-keyring$/);
    expect(connection.commands.every(({ become }) => become)).toBe(true);
    expect(said).toContain("waiting for apt-get (process 7), which holds apt's lock");
  });

  test("is left alone where it is there", async () => {
    const connection = recordCommands();
    await installDebootstrap(connection, () => {});
    expect(connection.commands.map(({ text }) => text)).toEqual([KEYRING]);
  });
});
