import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../../shared/user-error.ts";
import { findUserFault, largestId } from "../../config/task/user-id.ts";

/** Whom a process runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** supplementary groups */
  readonly groups: readonly number[];
  /** undefined where the tables do not have it */
  readonly name: string | undefined;
  readonly home: string | undefined;
  readonly shell: string | undefined;
}

/** The lines of /etc/passwd and /etc/group, each cut at its colons. */
export interface AccountTables {
  readonly users: readonly string[][];
  readonly groups: readonly string[][];
}

/**
 * Looks up `name`, `name:group`, or numbers. Without a group it is the user's own one, and the user's supplementary
 * groups come with it. Numbers need not be in the tables: such a user has the group of the same number, and no other.
 * @throws UserError when there is no such user or group
 */
export function findAccount(user: string, { users, groups }: AccountTables = readTables()): Account {
  const fault = findUserFault(user);
  if (fault !== undefined) throw new UserError("user", `cannot run as ${user}: ${fault}`);
  const [who = "", groupName] = user.split(":");
  const entry = users.find(([name, , uid]) => name === who || uid === who);
  if (entry === undefined && !/^\d+$/.test(who))
    throw new UserError("user", `cannot run as ${user}: no user ${who}`);
  const [name, , uid = who, ownGid = who, , home, shell] = entry ?? [];
  const gid = groupName === undefined ? ownGid : findGroup(groups, groupName, user);
  // A group without members has one empty name.
  const supplementary = groups.filter(
    ([, , id, members]) => id !== gid && name !== undefined && members?.split(",").includes(name),
  );
  return {
    uid: readId(uid, user),
    gid: readId(gid, user),
    groups: groupName === undefined ? supplementary.map(([, , id = ""]) => readId(id, user)) : [],
    name,
    home,
    shell,
  };
}

/** The kernel takes a larger one, as a line of /etc/passwd may have it, for another: 4294967296 is root. */
function readId(id: string, user: string): number {
  if (/^\d+$/.test(id) && Number(id) <= largestId) return Number(id);
  throw new UserError("user", `cannot run as ${user}: ${JSON.stringify(id)} is no id of a user or group`);
}

function findGroup(groups: readonly string[][], wanted: string, user: string): string {
  const id = groups.find(([name, , gid]) => name === wanted || gid === wanted)?.[2];
  if (id !== undefined) return id;
  if (/^\d+$/.test(wanted)) return wanted;
  throw new UserError("user", `cannot run as ${user}: no group ${wanted}`);
}

function readTables(): AccountTables {
  return { users: readTable("/etc/passwd"), groups: readTable("/etc/group") };
}

/** Empty where there is no such file, as in an image of one program. */
function readTable(file: string): string[][] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter(Boolean).map((line) => line.split(":"));
}
