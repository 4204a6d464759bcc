import { afterEach, describe, expect, test, vi } from "vitest";
import { UnreachableError } from "../../../provision/connection/connection.ts";
import type { Action, Planner } from "../../../provision/run/action.ts";
import { Connections } from "../../../provision/run/connections.ts";
import { exitCodeOf, type HostOutcome } from "../../../provision/run/outcome.ts";
import { type RunOptions, runHosts } from "../../../provision/run/run-hosts.ts";
import { UserError } from "../../../supervisor/config/user-error.ts";
import { makeHost } from "../stack/stack-folder.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const local = { ansible_connection: "local" };
const act = (title: string, run: Action["run"] = async () => {}, isChange = true): Action => ({
  title,
  isChange,
  run,
});

interface Ran {
  outcomes: HostOutcome[];
  lines: string[];
}

/** Runs every host's planner on this machine; the lines are what the plain display shows, without the seconds. */
async function run(planners: Record<string, Planner>, options: Partial<RunOptions> = {}): Promise<Ran> {
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const hosts = Object.keys(planners).map((name) => makeHost(local, name));
  const planner = (host: { name: string }) => planners[host.name] as Planner;
  const outcomes = await runHosts(hosts, new Connections(), planner, {
    display: "plain",
    forks: 10,
    check: false,
    ...options,
  });
  const lines = written.join("").split("\n").slice(0, -1);
  return { outcomes, lines: lines.map((line) => line.replace(/ \(\d+\.\d s\)$/, "")) };
}

test("nothing to do", async () => {
  const { outcomes, lines } = await run({ web1: async () => [] });
  expect(outcomes).toEqual([{ host: "web1", status: "ok", changes: [], seconds: expect.any(Number) }]);
  expect(lines).toEqual(["web1 | nothing to change"]);
});

test("changes are listed with what turned out; checks are not changes", async () => {
  const { outcomes, lines } = await run({
    web1: async () => [
      act("install", async ({ note }) => note("from trixie")),
      act("look", async () => {}, false),
    ],
  });
  expect(outcomes).toMatchObject([{ status: "changed", changes: ["install (from trixie)"] }]);
  expect(lines).toEqual([
    "web1 | install …",
    "web1 | install (from trixie): done",
    "web1 | look …",
    "web1 | look: done",
  ]);
});

test("only checks: the host is ok", async () => {
  const { outcomes } = await run({ web1: async () => [act("look", async () => {}, false)] });
  expect(outcomes).toMatchObject([{ status: "ok", changes: [] }]);
});

describe("a failure", () => {
  const refuse = async () => {
    throw new UserError("no_space", "cannot write: no space left", { hint: "make room" });
  };

  test("ends its host at this step and says what had been changed; the others go on", async () => {
    const after = vi.fn(async () => {});
    const { outcomes, lines } = await run({
      web1: async () => [act("one"), act("two", refuse), act("three", after)],
      web2: async () => [act("one")],
    });
    expect(outcomes).toMatchObject([
      {
        host: "web1",
        status: "failed",
        changes: ["one"],
        error: { step: "two", code: "no_space", message: "cannot write: no space left", hint: "make room" },
      },
      { host: "web2", status: "changed", changes: ["one"] },
    ]);
    expect(after).not.toHaveBeenCalled();
    expect(lines).toContain("web1 | two: failed");
    expect(lines).toContain("web2 | one: done");
    expect(exitCodeOf(outcomes)).toBe(1);
  });

  test("while the facts are read", async () => {
    const { outcomes, lines } = await run({ web1: refuse });
    expect(outcomes).toMatchObject([{ status: "failed", changes: [], error: { step: "reading facts" } }]);
    expect(lines).toEqual(["web1 | failed"]);
  });

  test("of the connection", async () => {
    const { outcomes } = await run({
      web1: async () => {
        throw new UnreachableError("ssh_refused", "connection refused");
      },
    });
    expect(outcomes).toMatchObject([{ status: "unreachable", error: { code: "ssh_refused" } }]);
  });

  test("that is a bug is called one", async () => {
    const { outcomes } = await run({
      web1: async () => [act("one", () => Promise.reject(new TypeError("oops")))],
    });
    expect(outcomes).toMatchObject([
      { status: "failed", error: { code: "bug", hint: expect.stringMatching(/report/) } },
    ]);
    expect(outcomes[0]?.error?.message).toContain("TypeError: oops");
  });
});

test("hosts are worked on at the same time, and never more than asked for", async () => {
  let now = 0;
  let most = 0;
  const planner: Planner = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    return [];
  };
  const planners = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`web${index}`, planner]));
  await run(planners, { forks: 3 });
  expect(most).toBe(3);
});

describe("with --check", () => {
  test("nothing is run, and what would be is listed", async () => {
    const never = vi.fn(async () => {});
    const { outcomes, lines } = await run(
      { web1: async () => [{ ...act("install", never), details: ["+ docker.io"] }], web2: async () => [] },
      { check: true },
    );
    expect(never).not.toHaveBeenCalled();
    expect(outcomes).toMatchObject([
      { status: "pending", changes: [], pending: [{ title: "install", details: ["+ docker.io"] }] },
      { status: "ok" },
    ]);
    expect(exitCodeOf(outcomes)).toBe(2);
    expect(lines).toEqual(["web1 | would change", "web2 | nothing to change"]);
  });
});

test("a silent display shows nothing", async () => {
  const { lines } = await run({ web1: async () => [act("one")] }, { display: "silent" });
  expect(lines).toEqual([]);
});

test.each<[HostOutcome["status"][], number]>([
  [["ok", "changed"], 0],
  [["ok", "pending"], 2],
  [["pending", "failed"], 1],
  [["unreachable", "ok"], 1],
  [[], 0],
])("%j: exit code %i", (statuses, code) => {
  expect(exitCodeOf(statuses.map((status) => ({ host: "x", status, changes: [], seconds: 0 })))).toBe(code);
});
