import { describe, expect, test, vi } from "vitest";
import { act, runPlanners } from "./run-planners.ts";

describe("Ctrl-C", () => {
  function interrupt() {
    const stop = new AbortController();
    const leave = new AbortController();
    return { stop, leave, options: { interrupt: { stop: stop.signal, leave: leave.signal } } };
  }

  test("ends the step that is running, and begins no other, on no host", async () => {
    const { stop, options } = interrupt();
    const never = vi.fn(async () => {});
    const { outcomes } = await runPlanners(
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
    const { outcomes } = await runPlanners(
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
    const { outcomes } = await runPlanners(
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
