import { readFileSync } from "node:fs";
import { UserError } from "../config/user-error.ts";

/** Whom a process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** supplementary groups */
  readonly groups: readonly number[];
  readonly name: string | undefined;
  readonly home: string | undefined;
}

/**
 * Looks up `name`, `name:group`, or numbers, in /etc/passwd and /etc/group. Without a group it is the user's own one.
 * @throws UserError when there is no such user or group
 */
export function findAccount(user: string): Account {
  const [who = "", groupName] = user.split(":");
  const users = readTable("/etc/passwd");
  const entry = users.find(([name, , uid]) => name === who || uid === who);
  if (entry === undefined && !/^\d+$/.test(who))
    throw new UserError("user", `cannot run as ${user}: no user ${who}`);
  const groups = readTable("/etc/group");
  const [name, , uid = who, ownGid = who, , home] = entry ?? [];
  const gid = groupName === undefined ? ownGid : findGroup(groups, groupName, user);
  const supplementary = groups.filter(
    ([, , id, members]) => id !== gid && members?.split(",").includes(name ?? ""),
  );
  return {
    uid: Number(uid),
    gid: Number(gid),
    groups: groupName === undefined ? supplementary.map(([, , id]) => Number(id)) : [],
    name,
    home,
  };
}

function findGroup(groups: readonly string[][], wanted: string, user: string): string {
  const id = groups.find(([name, , gid]) => name === wanted || gid === wanted)?.[2];
  if (id !== undefined) return id;
  if (/^\d+$/.test(wanted)) return wanted;
  throw new UserError("user", `cannot run as ${user}: no group ${wanted}`);
}

function readTable(file: string): string[][] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter(Boolean).map((line) => line.split(":"));
}
