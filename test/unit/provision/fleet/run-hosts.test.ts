import { describe, expect, test, vi } from "vitest";
import { ConnectionLostError, run, UnreachableError } from "../../../../provision/connection/connection.ts";
import type { RunEvent } from "../../../../provision/fleet/event.ts";
import { exitCodeOf, type HostOutcome } from "../../../../provision/fleet/outcome.ts";
import { UserError } from "../../../../shared/user-error.ts";
import { act, runPlanners } from "./run-planners.ts";

test("nothing to do", async () => {
  const { outcomes, lines } = await runPlanners({ web1: async () => [] });
  expect(outcomes).toEqual([{ host: "web1", status: "ok", changes: [], seconds: expect.any(Number) }]);
  expect(lines).toEqual(["web1 | nothing to change"]);
});

test("changes are listed with what turned out; checks are not changes", async () => {
  const { outcomes, lines } = await runPlanners({
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
  const { outcomes } = await runPlanners({ web1: async () => [act("look", async () => {}, false)] });
  expect(outcomes).toMatchObject([{ status: "ok", changes: [] }]);
});

test("with --check, what is only looked at is rehearsed too, and is no change", async () => {
  const refuse = async () => {
    throw new UserError("endpoint_failed", "http://localhost/ answers 502");
  };
  const look = (rehearse: () => Promise<undefined>) => ({
    ...act("endpoints", async () => {}, false),
    isCheck: true,
    rehearse,
  });
  const { outcomes } = await runPlanners(
    { web1: async () => [look(refuse)], web2: async () => [look(async () => undefined)] },
    { check: true },
  );
  expect(outcomes).toMatchObject([
    { status: "failed", error: { step: "endpoints", code: "endpoint_failed" } },
    { status: "ok" },
  ]);
  expect(outcomes.map(({ pending }) => pending)).toEqual([undefined, undefined]);
  expect(exitCodeOf(outcomes)).toBe(1);
});

describe("a failure", () => {
  const refuse = async () => {
    throw new UserError("no_space", "cannot write: no space left", { hint: "make room" });
  };

  test("ends its host at this step and says what had been changed; the others go on", async () => {
    const after = vi.fn(async () => {});
    const { outcomes, lines } = await runPlanners({
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
    const { outcomes, lines } = await runPlanners({ web1: refuse });
    expect(outcomes).toMatchObject([{ status: "failed", changes: [], error: { step: "reading facts" } }]);
    expect(lines).toEqual(["web1 | failed"]);
  });

  test("of the connection", async () => {
    const { outcomes } = await runPlanners({
      web1: async () => {
        throw new UnreachableError("ssh_refused", "connection refused");
      },
    });
    expect(outcomes).toMatchObject([{ status: "unreachable", error: { code: "ssh_refused" } }]);
  });

  test("that is a bug is called one", async () => {
    const { outcomes } = await runPlanners({
      web1: async () => [act("one", () => Promise.reject(new TypeError("oops")))],
    });
    expect(outcomes).toMatchObject([
      { status: "failed", error: { code: "bug", hint: expect.stringMatching(/report/) } },
    ]);
    expect(outcomes[0]?.error?.message).toContain("TypeError: oops");
  });
});

describe("with --check", () => {
  test("nothing is run, and what would be is listed", async () => {
    const never = vi.fn(async () => {});
    const { outcomes, lines } = await runPlanners(
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

test.each([
  ["unreachable", new UnreachableError("ssh_timeout", "no answer")],
  ["failed", new ConnectionLostError("web1")],
] as const)(
  "nothing is recorded on a host that is gone: it would be waited for (%s)",
  async (status, error) => {
    const record = vi.fn(async () => {});
    const { outcomes } = await runPlanners(
      { web1: async () => [act("one", () => Promise.reject(error))] },
      { record },
    );
    expect(outcomes).toMatchObject([{ status }]);
    expect(record).not.toHaveBeenCalled();
  },
);

test("everything that happens is told, in order", async () => {
  const events: RunEvent[] = [];
  await runPlanners(
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
  const { outcomes } = await runPlanners({
    web1: async (connection) => [
      act("one", async () => {
        await run(connection, ["sh", "-c", "echo no space >&2; exit 7"]);
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
  await runPlanners(
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
  const { lines } = await runPlanners({ web1: async () => [act("one")] }, { display: "silent" });
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
