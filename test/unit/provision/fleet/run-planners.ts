import { expect, vi } from "vitest";
import type { Action, Planner } from "../../../../provision/fleet/action.ts";
import { Connections } from "../../../../provision/fleet/connections.ts";
import { RunEvent } from "../../../../provision/fleet/event.ts";
import { HostOutcome } from "../../../../provision/fleet/outcome.ts";
import { type RunOptions, runHosts } from "../../../../provision/fleet/run-hosts.ts";
import { makeHost } from "../inventory/stack-folder.ts";

export const act = (title: string, run: Action["run"] = async () => {}, isChange = true): Action => ({
  title,
  isChange,
  run,
});

interface Ran {
  outcomes: HostOutcome[];
  lines: string[];
}

/** Runs every host's planner on this machine; the lines are what the plain display shows, without the seconds. */
export async function runPlanners(
  planners: Record<string, Planner>,
  options: Partial<RunOptions> = {},
): Promise<Ran> {
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const hosts = Object.keys(planners).map((name) => makeHost({ ansible_connection: "local" }, name));
  const planner = (host: { name: string }) => planners[host.name] as Planner;
  const outcomes = await runHosts(hosts, new Connections(), planner, {
    display: "plain",
    forks: 10,
    check: false,
    ...options,
    listen: (event) => {
      expect(RunEvent.parse(event)).toEqual(event);
      options.listen?.(event);
    },
  }).finally(() => stdout.mockRestore());
  for (const outcome of outcomes) expect(HostOutcome.parse(outcome)).toEqual(outcome);
  const lines = written.join("").split("\n").slice(0, -1);
  return { outcomes, lines: lines.map((line) => line.replace(/ \(\d+\.\d s\)$/, "")) };
}
