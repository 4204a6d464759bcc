import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { docker, runChecked, runCommand } from "./command.ts";

/** A Debian release that hosts can have. */
export type Suite = "trixie" | "bookworm";

const FOLDER = new URL("./images/", import.meta.url).pathname;

/** Hexadecimal digest of files, by name, mode and content, and of any other text that decides what is made of them. */
export function hashFiles(paths: readonly string[], ...also: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of also) hash.update(`${text}\0`);
  for (const path of paths.flatMap((path) => listFiles(path)).sort()) {
    hash.update(`${relative(process.cwd(), path)}\0${statSync(path).mode}\0`).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}

function listFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/**
 * The image that test/hosts/images/NAME makes, built unless it is there already.
 *
 * @returns its tag, which is the content of all that goes into it
 */
export async function ensureImage(
  name: "host" | "internet" | "small",
  suite: Suite = "trixie",
): Promise<string> {
  const base = await ensureBaseImage(suite);
  const folder = join(FOLDER, name);
  const baseId = await docker(["image", "inspect", "--format", "{{.Id}}", base]);
  const repository = `longshore-test/${name}-${suite}`;
  const tag = `${repository}:${hashFiles([folder], baseId)}`;
  if (!(await hasImage(tag))) {
    await docker(["build", "--quiet", "--build-arg", `BASE=${base}`, "--tag", tag, folder]);
    await removeStaleImages(repository, tag);
  }
  return tag;
}

/** Whether the engine has the image. */
export async function hasImage(tag: string): Promise<boolean> {
  return (await runCommand(["docker", "image", "inspect", tag])).code === 0;
}

/**
 * Keeps two images of a repository: the one just built, whose date is an old one where all of it came from the cache, and the
 * newest other, of a branch that is worked on beside it.
 */
export async function removeStaleImages(repository: string, built: string): Promise<void> {
  const newestFirst = await docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository]);
  // One in use stays: docker refuses, which is what is wanted.
  const others = newestFirst.split("\n").filter((tag) => tag !== "" && tag !== built);
  for (const tag of others.slice(1)) await runCommand(["docker", "image", "rm", tag]);
}

/**
 * Debian's slim image: the one that is there, else the registry's, else one made here by debootstrap (35 s, as root).
 *
 * @returns `debian:SUITE-slim`
 */
export async function ensureBaseImage(suite: Suite): Promise<string> {
  const tag = `debian:${suite}-slim`;
  if (await hasImage(tag)) return tag;
  if (await registryAnswers()) {
    const pull = await runCommand(["docker", "pull", "--quiet", tag], { timeout: 180_000 });
    if (pull.code === 0) return tag;
  }
  // Not /tmp, which may be mounted nodev.
  const root = mkdtempSync("/var/tmp/longshore-test-debootstrap-");
  try {
    await runChecked(["debootstrap", "--variant=minbase", suite, root, "http://deb.debian.org/debian"]);
    const unneeded = ["var/cache/apt/archives", "var/lib/apt/lists", "usr/share/locale", "usr/share/man"];
    for (const path of unneeded) rmSync(join(root, path), { recursive: true, force: true });
    const archive = `${root}.tar`;
    await runChecked(["tar", "--numeric-owner", "-C", root, "-cf", archive, "."]);
    await docker(["import", "--change", 'CMD ["bash"]', archive, tag]);
    rmSync(archive);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return tag;
}

async function registryAnswers(): Promise<boolean> {
  try {
    // 401 without a token: any answer will do.
    await fetch("https://registry-1.docker.io/v2/", { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  }
}
