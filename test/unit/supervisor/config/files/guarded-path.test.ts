import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openGuarded, readGuarded } from "../../../../../supervisor/config/files/guarded-path.ts";
import { LogFile } from "../../../../../supervisor/runtime/output/log-file.ts";
import { asOther } from "../../../../as-other.ts";

const other = 12_345;
let folder = "";
/** A folder of another user, and one of root. */
const theirs = (name = ""): string => join(folder, "theirs", name);
const ours = (name = ""): string => join(folder, "ours", name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-guard-"));
  chmodSync(folder, 0o755);
  mkdirSync(theirs());
  mkdirSync(ours(), { mode: 0o755 });
  chownSync(theirs(), other, other);
  writeFileSync(ours("secret"), "A=root's\n", { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As the other user; arguments behind the script. */
const asThem = (script: string, ...args: string[]): void => asOther(other, script, ...args);

const append = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
const write = (path: string): void => {
  const fd = openGuarded(path, append, 0o644);
  writeSync(fd, "line\n");
  closeSync(fd);
};

describe.skipIf(process.getuid?.() !== 0)("as root", () => {
  it.each([
    ["a link to a file that is there", 'ln -s "$2/secret" "$1/log"', "log"],
    ["a link to a file that is not there", 'ln -s "$2/new" "$1/log"', "log"],
    ["a link to a folder", 'ln -s "$2" "$1/logs"', "logs/new"],
    ["a link to a link", 'ln -s "$2/new" "$1/a"; ln -s a "$1/log"', "log"],
    ["a link that goes up", 'ln -s ../ours "$1/logs"', "logs/secret"],
    ["a loop", 'ln -s log "$1/log"', "log"],
  ])("neither writes nor reads through %s", async (_, script, name) => {
    asThem(script, theirs(), ours());
    expect(() => write(theirs(name))).toThrow(/symbolic link/);
    await expect(readGuarded(theirs(name))).rejects.toThrow();
    expect(existsSync(ours("new"))).toBe(false);
    expect(readFileSync(ours("secret"), "utf8")).toBe("A=root's\n");
  });

  it("does not take a second name of root's file for a file of theirs", async () => {
    linkSync(ours("secret"), theirs("log"));
    expect(() => write(theirs("log"))).toThrow(/hard link/);
    await expect(readGuarded(theirs("log"))).rejects.toThrow(/hard link/);
  });

  it("writes a file in their folder, and follows their link to what is theirs", async () => {
    write(theirs("log"));
    asThem(
      'mkdir "$1/release"; echo A=theirs > "$1/release/env"; ln -s release "$1/current"; ln -s current/env "$1/env"',
      theirs(),
    );
    expect(await readGuarded(theirs("env"))).toBe("A=theirs\n");
    expect(await readGuarded(theirs("current/env"))).toBe("A=theirs\n");
    write(theirs("current/log"));
    expect(readFileSync(theirs("release/log"), "utf8")).toBe("line\n");
  });

  it("follows root's own links where nobody else could have made them", () => {
    symlinkSync(ours("log"), ours("link"));
    write(ours("link"));
    expect(readFileSync(ours("log"), "utf8")).toBe("line\n");
  });

  it("rotates nothing through a link, and makes nothing that all may write", () => {
    const mask = process.umask(0);
    const reports: string[] = [];
    const log = new LogFile(
      theirs("logs/app.log"),
      { max_size: 10, max_files: 1, max_age: undefined },
      (line) => reports.push(line),
    );
    log.write(Buffer.from("123456\n"));
    expect([statSync(theirs("logs")).mode & 0o777, statSync(theirs("logs/app.log")).mode & 0o777]).toEqual([
      0o755, 0o644,
    ]);
    writeFileSync(ours("app.log"), "root's\n");
    writeFileSync(ours("app.log.1"), "root's\n");
    asThem('mv "$1/logs" "$1/away"; ln -s "$2" "$1/logs"', theirs(), ours());
    log.write(Buffer.from("234567\n"));
    log.write(Buffer.from("345678\n"));
    log.close();
    process.umask(mask);
    expect(readFileSync(ours("app.log"), "utf8") + readFileSync(ours("app.log.1"), "utf8")).toBe(
      "root's\nroot's\n",
    );
    expect(reports.join("\n")).toMatch(/symbolic link of another user/);
  });
});
