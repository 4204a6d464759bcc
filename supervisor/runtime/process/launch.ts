import { getPriority } from "node:os";
import { UserError } from "../../../shared/user-error.ts";
import type { Argv } from "../../config/task/command.ts";
import type { Task } from "../../config/task/task.ts";
import { type Account, findAccount } from "./account.ts";
import { privilegeArgs } from "./privileges.ts";
import { findOwnProgram } from "./program-file.ts";

/** How a process is started so that it gets the user, limits and priority of its task. */
export interface Launch {
  readonly argv: Argv;
  /** what Node itself is to set; everything else is done by the programs at the front of `argv` */
  readonly ids: { readonly uid?: number; readonly gid?: number };
  /** USER, LOGNAME, HOME and SHELL of the task's user */
  readonly environment: Readonly<Record<string, string>>;
  readonly account: Account | undefined;
}

/**
 * Puts util-linux's and coreutils' own programs before the command for what no call can be had for: prlimit, nice, and
 * setpriv for the user. Each replaces itself by the next, so the pid is the command's.
 * @param byNode Node itself can change the user, but it drops all supplementary groups then
 * @throws UserError when the task's user does not exist, or one of these programs
 */
export function planLaunch(
  argv: Argv,
  settings: Pick<Task, "user" | "rlimits" | "nice" | "no_new_privs" | "capabilities">,
  byNode: boolean,
): Launch {
  const account = settings.user === undefined ? undefined : findAccount(settings.user);
  // An ordinary user cannot set so much as the user and group that it has.
  const isOwn =
    account?.uid !== 0 && account?.uid === process.getuid?.() && account?.gid === process.getgid?.();
  const limits = settings.rlimits.map(({ resource, soft, hard }) => `--${resource}=${soft}:${hard}`);
  // By their paths, since the task may have a PATH in which they are not.
  const helper = (name: string, key: string): string => {
    const path = findOwnProgram(name);
    if (path === undefined)
      throw new UserError("launch", `cannot run ${argv[0]}: ${key} takes the program ${name}`);
    return path;
  };
  // The program adds to the priority that it is started with.
  const adjustment = settings.nice === undefined ? 0 : settings.nice - getPriority();
  const privileged = [
    ...(limits.length === 0 ? [] : [helper("prlimit", "rlimits"), ...limits, "--"]),
    ...(adjustment === 0 ? [] : [helper("nice", "nice"), "-n", String(adjustment), "--"]),
  ];
  // The user changes last: raising a limit or a priority takes privileges.
  const rights = privilegeArgs(settings);
  const changesUser = account !== undefined && !isOwn;
  const isNodeEnough =
    byNode && privileged.length === 0 && rights.length === 0 && account?.groups.length === 0;
  const identity = changesUser && !isNodeEnough ? identityArgs(account) : [];
  const key = rights.length > 0 ? "no_new_privs or capabilities" : "user";
  const setpriv =
    identity.length + rights.length === 0 ? [] : [helper("setpriv", key), ...rights, ...identity, "--"];
  const chain = [...privileged, ...setpriv];
  const [program, ...rest] = [...chain, ...argv];
  const ids = changesUser && isNodeEnough ? { uid: account.uid, gid: account.gid } : {};
  return { argv: [program ?? argv[0], ...rest], ids, environment: userVariables(account), account };
}

function identityArgs({ uid, gid, groups }: Account): string[] {
  const supplementary = groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`;
  return [`--reuid=${uid}`, `--regid=${gid}`, supplementary];
}

/**
 * What login(1) and systemd set. Without an entry in the tables the home is `/`, as in Docker: that of the one who started
 * longshored is another user's. A shell that lets nobody in is of no use to a program.
 */
function userVariables(account: Account | undefined): Record<string, string> {
  if (account === undefined) return {};
  const { uid, name = String(uid), home, shell } = account;
  const isShell = shell !== undefined && shell !== "" && !/\/(nologin|false)$/.test(shell);
  return { USER: name, LOGNAME: name, HOME: home || "/", SHELL: isShell ? shell : "/bin/sh" };
}
