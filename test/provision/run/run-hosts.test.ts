import { afterEach, describe, expect, test, vi } from "vitest";
import {
  ConnectionLostError,
  run as runOn,
  UnreachableError,
} from "../../../provision/connection/connection.ts";
import type { Action, Planner } from "../../../provision/run/action.ts";
import { Connections } from "../../../provision/run/connections.ts";
import { RunEvent } from "../../../provision/run/event.ts";
import { exitCodeOf, HostOutcome } from "../../../provision/run/outcome.ts";
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
    listen: (event) => {
      expect(RunEvent.parse(event)).toEqual(event);
      options.listen?.(event);
    },
  });
  for (const outcome of outcomes) expect(HostOutcome.parse(outcome)).toEqual(outcome);
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

const fail: Planner = async () => {
  throw new UserError("broken", "broken");
};
const statuses = (outcomes: HostOutcome[]) => outcomes.map(({ status }) => status);
const six = (failing: number[]) =>
  Object.fromEntries(
    Array.from({ length: 6 }, (_, index): [string, Planner] => [
      `web${index}`,
      failing.includes(index) ? fail : async () => [],
    ]),
  );

describe("batches", () => {
  test("the next begins when the one before has ended", async () => {
    const order: string[] = [];
    const slow =
      (name: string): Planner =>
      async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        return [act("one", async () => void order.push(`${name} ends`))];
      };
    await run({ a: slow("a"), b: slow("b"), c: slow("c") }, { serial: [{ count: 2 }] });
    expect(order.slice(0, 4).sort()).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(order.slice(4)).toEqual(["c begins", "c ends"]);
  });

  test("a batch that is lost as a whole ends the run", async () => {
    const { outcomes } = await run(six([2, 3]), { serial: [{ count: 2 }] });
    expect(statuses(outcomes)).toEqual(["ok", "ok", "failed", "failed", "skipped", "skipped"]);
    expect(exitCodeOf(outcomes)).toBe(1);
  });

  test("one good host in it, and the run goes on", async () => {
    const { outcomes } = await run(six([2]), { serial: [{ count: 2 }] });
    expect(statuses(outcomes)).toEqual(["ok", "ok", "failed", "ok", "ok", "ok"]);
  });
});

test.each<[RunOptions["maxFail"], number[], string]>([
  [undefined, [0, 1, 2], "failed failed failed ok ok ok"],
  [{ count: 0 }, [1], "ok failed skipped skipped skipped skipped"],
  [{ count: 1 }, [1, 3], "ok failed ok failed skipped skipped"],
  [{ percent: 34 }, [0, 1, 2], "failed failed failed skipped skipped skipped"],
])("with at most %j failing, and %j failing: %s", async (maxFail, failing, expected) => {
  const { outcomes } = await run(six(failing), { maxFail, forks: 1 });
  expect(statuses(outcomes).join(" ")).toBe(expected);
});

describe("Ctrl-C", () => {
  function interrupt() {
    const stop = new AbortController();
    const leave = new AbortController();
    return { stop, leave, options: { interrupt: { stop: stop.signal, leave: leave.signal } } };
  }

  test("ends the step that is running, and begins no other, on no host", async () => {
    const { stop, options } = interrupt();
    const never = vi.fn(async () => {});
    const { outcomes } = await run(
      {
        web1: async () => [act("one", async () => stop.abort()), act("two", never)],
        web2: async () => [act("one", never)],
      },
      { ...options, forks: 1 },
    );
    expect(never).not.toHaveBeenCalled();
    expect(outcomes).toMatchObject([
      { host: "web1", status: "interrupted", changes: ["one"], error: { step: "one", code: "interrupted" } },
      { host: "web2", status: "interrupted", changes: [] },
    ]);
  });

  test("does not wait for a host that does not answer", async () => {
    const { stop, options } = interrupt();
    const { outcomes } = await run(
      {
        web1: () => {
          setImmediate(() => stop.abort());
          return new Promise(() => {});
        },
      },
      options,
    );
    expect(outcomes).toMatchObject([{ status: "interrupted", error: { step: "reading facts" } }]);
  });

  test("a second one leaves the command that is running", async () => {
    const { stop, leave, options } = interrupt();
    const { outcomes } = await run(
      {
        web1: async (connection) => [
          act("wait", async () => {
            setImmediate(() => {
              stop.abort();
              leave.abort();
            });
            await connection.exec(["sleep", "2"]);
          }),
        ],
      },
      options,
    );
    expect(outcomes).toMatchObject([{ status: "interrupted", error: { step: "wait" } }]);
  });
});

test.each([
  ["unreachable", new UnreachableError("ssh_timeout", "no answer")],
  ["failed", new ConnectionLostError("web1")],
] as const)(
  "nothing is recorded on a host that is gone: it would be waited for (%s)",
  async (status, error) => {
    const record = vi.fn(async () => {});
    const { outcomes } = await run(
      { web1: async () => [act("one", () => Promise.reject(error))] },
      { record },
    );
    expect(outcomes).toMatchObject([{ status }]);
    expect(record).not.toHaveBeenCalled();
  },
);

test("everything that happens is told, in order", async () => {
  const events: RunEvent[] = [];
  await run(
    {
      web1: async (connection) => [
        act("look", async ({ tell }) => {
          tell("it takes a while");
          await connection.exec(["sh", "-c", "echo seen; exit 3"], { become: false });
        }),
      ],
    },
    { listen: (event) => events.push(event) },
  );
  expect(events).toMatchObject([
    { host: "web1", event: "step_started", step: "look" },
    { event: "message", text: "it takes a while" },
    { event: "command_started", command: "sh -c 'echo seen; exit 3'", as_root: false },
    { event: "output", line: "seen" },
    { event: "command_finished", code: 3 },
    { event: "step_finished", step: "look", status: "done", changed: true },
    { event: "host_finished", outcome: { status: "changed" } },
  ]);
});

test("a command that failed is named, with its exit code and its words", async () => {
  const { outcomes } = await run({
    web1: async (connection) => [
      act("one", async () => {
        await runOn(connection, ["sh", "-c", "echo no space >&2; exit 7"]);
      }),
    ],
  });
  expect(outcomes[0]?.error).toMatchObject({
    step: "one",
    command: { line: "sh -c 'echo no space >&2; exit 7'", exit_code: 7, stderr: "no space" },
  });
});

test("changes and failed changes are recorded on the host; looks are not", async () => {
  const recorded: unknown[] = [];
  await run(
    {
      web1: async () => [
        act("look", async () => {}, false),
        act("nothing after all", async () => false),
        act("change", async ({ note }) => note("from trixie")),
        act("break", () => Promise.reject(new UserError("broken", "broken"))),
      ],
    },
    { record: async (change) => void recorded.push(change) },
  );
  expect(recorded).toEqual([
    { step: "change (from trixie)", status: "done", seconds: expect.any(Number) },
    { step: "break", status: "failed", seconds: expect.any(Number) },
  ]);
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
  [["ok", "skipped"], 1],
  [["interrupted"], 1],
  [[], 0],
])("%j: exit code %i", (statuses, code) => {
  expect(exitCodeOf(statuses.map((status) => ({ host: "x", status, changes: [], seconds: 0 })))).toBe(code);
});
