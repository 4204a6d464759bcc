import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Connection } from "../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { takeDeployLock } from "../../../../provision/release/lock.ts";
import { type Folder, makeFolder } from "../image/folder.ts";

let folder: Folder;
const open: Connection[] = [];
beforeEach(() => {
  folder = makeFolder({ file: "" });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
  folder[Symbol.dispose]();
});

/** A connection of its own to this machine, with another folder in the place of /opt/longshore. */
function connect(base = "opt"): Connection {
  const here = openLocalConnection("web1", { needed: false });
  const move = (argument: string) => argument.replaceAll("/opt/longshore", join(folder.path, base));
  const connection: Connection = {
    ...here,
    openProcess: (argv, options) => here.openProcess(argv.map(move), options),
  };
  open.push(connection);
  return connection;
}

test("a second deploy of the same stack is refused at once, until the first has gone", async () => {
  const [first, second] = [connect(), connect()];
  await takeDeployLock(first, "site");
  await expect(takeDeployLock(second, "site")).rejects.toMatchObject({
    code: "deploy_locked",
    message: "another deploy or down of site is under way on web1",
  });
  await first.close();
  await expect
    .poll(() =>
      takeDeployLock(second, "site").then(
        () => "taken",
        () => "refused",
      ),
    )
    .toBe("taken");
});

test("a file that a removal took away is no lock", async () => {
  const { path } = folder;
  const real = execFileSync("sh", ["-c", "command -v flock"], { encoding: "utf8" }).trim();
  mkdirSync(join(path, "bin"));
  writeFileSync(join(path, "bin/flock"), `#!/bin/sh\nrm -f '${path}/opt/.locks/site'\nexec ${real} "$@"\n`, {
    mode: 0o755,
  });
  vi.stubEnv("PATH", `${join(path, "bin")}:${process.env.PATH}`);
  await expect(takeDeployLock(connect(), "site")).rejects.toMatchObject({ code: "deploy_locked" });
  vi.unstubAllEnvs();
});

test("nobody else comes to the lock: a reader could hold it", async () => {
  await takeDeployLock(connect(), "site");
  const locks = join(folder.path, "opt/.locks");
  expect(statSync(locks).mode & 0o777).toBe(0o700);
  expect(statSync(join(locks, "site")).mode & 0o777).toBe(0o600);
});

test.each([
  ["in which others can write", (path: string) => chmodSync(path, 0o777)],
  ["whose locks lie where somebody leads to", (path: string) => symlinkSync("/tmp", join(path, ".locks"))],
])("a folder %s is refused", async (_title, spoil) => {
  mkdirSync(join(folder.path, "opt"));
  spoil(join(folder.path, "opt"));
  await expect(takeDeployLock(connect(), "site")).rejects.toMatchObject({
    code: "deploy_lock",
    hint: expect.stringContaining("nobody else can write"),
  });
});

test("other stacks are not held up", async () => {
  await takeDeployLock(connect(), "site");
  await takeDeployLock(connect(), "blog");
});

test("a lock that cannot be taken is an error, not a wait without end", async () => {
  await expect(takeDeployLock(connect("file"), "site")).rejects.toMatchObject({ code: "deploy_lock" });
});
