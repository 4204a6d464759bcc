import { describe, expect, it, test } from "vitest";
import { Task } from "../../../../supervisor/config/task/task.ts";
import { type EntryView, findBlocker, listStoppable } from "../../../../supervisor/core/dependencies.ts";
import { type Instance, newInstance } from "../../../../supervisor/core/instance.ts";

function entryOf(task: string, settings: object, instance: Partial<Instance>): EntryView {
  return {
    spec: { task, name: task, offReason: null, settings: Task.parse({ command: "x", ...settings }) },
    instance: { ...newInstance(), ...instance },
  };
}

describe("findBlocker", () => {
  const exit = (code: number) => ({ exit: { code, signal: null } });
  const oneshot = { type: "oneshot" };
  const ready = { readiness: { log: "up" } };
  test.each<[string, object, Partial<Instance>, boolean]>([
    ["started", {}, { state: "starting" }, true],
    ["started", {}, { state: "running" }, true],
    ["started", {}, { state: "backoff" }, false],
    ["started", {}, { state: "stopped" }, false],
    ["started", {}, { state: "fatal" }, false],
    ["started", oneshot, { state: "exited", ...exit(0) }, true],
    ["started", { schedule: "@daily" }, { state: "waiting" }, true],
    ["healthy", {}, { state: "running", health: "healthy" }, true],
    ["healthy", {}, { state: "running", health: "starting" }, false],
    ["healthy", {}, { state: "running", health: "unhealthy" }, false],
    ["healthy", ready, { state: "running" }, true],
    ["healthy", ready, { state: "starting" }, false],
    ["healthy", ready, { state: "running", health: "unhealthy" }, false],
    ["completed_successfully", oneshot, { state: "exited", ...exit(0) }, true],
    ["completed_successfully", oneshot, { state: "exited", ...exit(1) }, false],
    ["completed_successfully", oneshot, { state: "running", ...exit(0) }, false],
    ["completed_successfully", oneshot, { state: "stopped" }, false],
    ["completed_successfully", { success_exit_codes: [3] }, { state: "exited", ...exit(3) }, true],
  ])("%s of %o as %o: %s", (condition, settings, instance, isThere) => {
    const { depends_on } = Task.parse({ command: "x", depends_on: { database: { condition } } });
    const blocker = findBlocker({ depends_on }, () => [entryOf("database", settings, instance)]);
    if (isThere) expect(blocker).toBeNull();
    else expect(blocker).toMatch(/^waits for database: not (started|healthy|completed) yet \(\w+\)$/);
  });

  it("waits for every instance", () => {
    const { depends_on } = Task.parse({ command: "x", depends_on: ["web"] });
    const entries = [entryOf("web", {}, { state: "running" }), entryOf("web", {}, { state: "stopped" })];
    expect(findBlocker({ depends_on }, () => entries)).toBe("waits for web: not started yet (stopped)");
  });
});

describe("listStoppable", () => {
  const names = (entries: readonly EntryView[]) => listStoppable(entries).map(({ spec }) => spec.task);
  const database = entryOf("database", {}, { state: "running" });
  const app = (state: Instance["state"]) => entryOf("app", { depends_on: ["database"] }, { state });

  it("takes dependants first, whatever they are about to do, and then what they needed", () => {
    for (const state of ["running", "starting", "stopping", "backoff", "waiting"] as const)
      expect(names([database, app(state)])).toEqual(["app"]);
    for (const state of ["stopped", "exited", "fatal"] as const)
      expect(names([database, app(state)])).toEqual(["database"]);
  });

  it("takes what does not depend on each other at the same time", () => {
    expect(names([database, entryOf("other", {}, { state: "running" })])).toEqual(["database", "other"]);
  });
});
