import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { ReadLimitError, readLimitedSync } from "../../../shared/io/read-limited.ts";
import { UserError } from "../../../shared/user-error.ts";
import { matchesPattern } from "./pattern.ts";
import type { ConfigText, ConfigWorld } from "./ssh-config.ts";

/** The machine that Longshore runs on, as ssh's configuration sees it. */
export function localConfigWorld(): ConfigWorld {
  const texts = new Map<string, string | undefined>();
  const exits = new Map<string, boolean>();
  return {
    localUser: localUserName(),
    readFiles: (pattern, folder) =>
      findFiles(absolute(pattern, folder))
        .map((file) => remember(texts, file, readText))
        .filter((text) => text !== undefined),
    // ssh asks once per connection; a command per host of a large inventory would be slow where its words are the same.
    succeeds: (command) =>
      remember(
        exits,
        command,
        (line) => spawnSync("/bin/sh", ["-c", line], { stdio: "ignore" }).status === 0,
      ),
  };
}

/** ssh's own files: the user's and the system's; those that are not there are empty. `file` stands for both (ssh -F). */
export function readConfigTexts(file?: string): ConfigText[] {
  const user = join(homedir(), ".ssh");
  if (file === "none") return [];
  if (file !== undefined) return [{ text: readText(absolute(file, ".")) ?? "", includeFolder: user }];
  return [
    { text: readText(join(user, "config")) ?? "", includeFolder: user },
    { text: readText("/etc/ssh/ssh_config") ?? "", includeFolder: "/etc/ssh" },
  ];
}

function absolute(path: string, folder: string): string {
  const full = path.replace(/^~(?=\/)/, homedir());
  return isAbsolute(full) ? full : join(folder, full);
}

/** The files that a path with wildcards in any of its parts names, sorted as glob(7) does. */
function findFiles(pattern: string): string[] {
  if (!/[*?]/.test(pattern)) return [pattern];
  let found = ["/"];
  for (const part of pattern.split("/").filter(Boolean)) {
    found = /[*?]/.test(part)
      ? found.flatMap((folder) => listFolder(folder, part).map((name) => join(folder, name)))
      : found.map((folder) => join(folder, part));
  }
  return found;
}

function listFolder(folder: string, pattern: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => matchesPattern(pattern, name) && (!name.startsWith(".") || pattern.startsWith(".")))
      .sort();
  } catch {
    return [];
  }
}

/** Nothing else of this program goes on meanwhile (ms). */
const patience = 5_000;

/** @throws UserError `ssh_config` for a file that has no end, or brings nothing */
function readText(file: string): string | undefined {
  try {
    return readLimitedSync(file, { within: patience }).toString("utf8");
  } catch (error) {
    if (!(error instanceof ReadLimitError)) return undefined;
    throw new UserError("ssh_config", `cannot read ssh's configuration in ${file}: ${error.code}`, {
      cause: error,
    });
  }
}

function localUserName(): string {
  try {
    return userInfo().username;
  } catch {
    // a container may run under a number that has no name
    return process.env.USER ?? "root";
  }
}

function remember<V>(known: Map<string, V>, key: string, find: (key: string) => V): V {
  if (!known.has(key)) known.set(key, find(key));
  return known.get(key) as V;
}
