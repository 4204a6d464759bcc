import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, rmSync, symlinkSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mostBytes, readLimited, readLimitedSync } from "../../../../shared/io/read-limited.ts";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-read-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const readers: readonly [string, (path: string, limits?: { within: number }) => Promise<Buffer>][] = [
  ["readLimited", readLimited],
  ["readLimitedSync", async (path, limits) => readLimitedSync(path, limits)],
];

describe.each(readers)("%s", (_, read) => {
  it("reads a file of up to 16 MiB, and no more of it", async () => {
    const content = Buffer.alloc(mostBytes, "a\n");
    writeFileSync(at("file"), content);
    symlinkSync("file", at("link"));
    expect((await read(at("link"))).equals(content)).toBe(true);
    truncateSync(at("file"), mostBytes + 1);
    await expect(read(at("file"))).rejects.toMatchObject({ code: "it is larger than 16 MiB" });
    truncateSync(at("file"), 2 ** 40);
    await expect(read(at("file"))).rejects.toMatchObject({ code: "it is larger than 16 MiB" });
  });

  it("reads what the kernel makes, which has no size", async () => {
    expect((await read("/proc/self/mountinfo")).length).toBeGreaterThan(0);
    expect((await read("/dev/null")).length).toBe(0);
  });

  it("gives up what has no end", async () => {
    await expect(read("/dev/zero")).rejects.toMatchObject({ code: "it is larger than 16 MiB" });
  });

  it("gives up a fifo that nobody writes to, or that stays open", async () => {
    execFileSync("mkfifo", [at("fifo")]);
    await expect(read(at("fifo"), { within: 50 })).rejects.toMatchObject({
      code: "it brings nothing within 0.05 s",
    });
    const fd = openSync(at("fifo"), "r+");
    writeSync(fd, "half");
    await expect(read(at("fifo"), { within: 50 })).rejects.toMatchObject({
      code: "it does not end within 0.05 s",
    });
  });

  it("reads a fifo from its first writer to its last", async () => {
    execFileSync("mkfifo", [at("fifo")]);
    spawn("sh", ["-c", 'sleep 0.2; { echo a; sleep 0.1; echo b; } > "$1"', "sh", at("fifo")]);
    expect((await read(at("fifo"))).toString()).toBe("a\nb\n");
  });

  it("says what the system says of what is no file", async () => {
    await expect(read(folder)).rejects.toMatchObject({ code: "EISDIR" });
    await expect(read(at("missing"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

it("takes a shell's pipe without a writer for an empty one, at once", () => {
  const script = `import("${join(import.meta.dirname, "../../../../shared/io/read-limited.ts")}").then(async ({ readLimited }) => console.log((await readLimited("/dev/stdin")).length))`;
  const begin = performance.now();
  const said = execFileSync("sh", ["-c", 'true | { sleep 0.2; node --import tsx -e "$1"; }', "sh", script], {
    encoding: "utf8",
  });
  expect(said).toBe("0\n");
  expect(performance.now() - begin).toBeLessThan(20_000);
});
