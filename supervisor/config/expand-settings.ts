import type { Variables } from "../../shared/interpolate.ts";
import { expandArgv, expandText, type Place, type ResolveProblem } from "./expand.ts";
import type { Healthcheck } from "./task/healthcheck.ts";
import { findAddressFault } from "./task/probe-target.ts";
import type { Task } from "./task/task.ts";
import { findUserFault } from "./task/user-id.ts";

/** A task with the variables replaced in what is asked, run or looked up for its process. */
export function expandSettings(task: Task, variables: Variables, problems: ResolveProblem[]): Task {
  const { user, healthcheck, stop_command: stop, reload_command: reload } = task;
  // Most tasks have none of them: their instances share one object.
  if (!(user || healthcheck || stop || reload)) return task;
  const at = (...path: string[]): Place => ({ path, variables, problems });
  // These commands are given the pid in their environment: ${PID} is for the shell that they may be.
  const withPid = (key: string): Place => ({ ...at(key), variables: { ...variables, PID: "${PID}" } });
  return {
    ...task,
    user: expandUser(user, at("user")),
    stop_command: stop && expandArgv(stop, withPid("stop_command")),
    reload_command: reload && expandArgv(reload, withPid("reload_command")),
    healthcheck: healthcheck && expandHealthcheck(healthcheck, variables, problems),
  };
}

function expandUser(user: string | undefined, place: Place): string | undefined {
  if (user === undefined) return undefined;
  const known = place.problems.length;
  const text = expandText(user, place);
  const message = place.problems.length > known ? undefined : findUserFault(text);
  if (message !== undefined) place.problems.push({ path: place.path, message });
  return text;
}

function expandHealthcheck(
  check: Healthcheck,
  variables: Variables,
  problems: ResolveProblem[],
): Healthcheck {
  const at = (key: string): Place => ({ path: ["healthcheck", key], variables, problems });
  const expandAddress = (kind: "http" | "tcp"): string | undefined => {
    const address = check[kind];
    if (address === undefined) return undefined;
    const known = problems.length;
    const text = expandText(address, at(kind));
    const message = problems.length > known ? undefined : findAddressFault(kind, text);
    if (message !== undefined) problems.push({ path: at(kind).path, message });
    return text;
  };
  return {
    ...check,
    http: expandAddress("http"),
    tcp: expandAddress("tcp"),
    exec: check.exec && expandArgv(check.exec, at("exec")),
  };
}
