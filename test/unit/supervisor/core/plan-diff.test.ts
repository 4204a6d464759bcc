import { expect, test } from "vitest";
import { type InstanceSpec, resolveTask } from "../../../../supervisor/config/instance-spec.ts";
import { Task } from "../../../../supervisor/config/task/task.ts";
import { diffPlans } from "../../../../supervisor/core/plan-diff.ts";

const specsOf = (settings: object): readonly InstanceSpec[] =>
  resolveTask("web", Task.parse({ command: "x", ...settings }), () => ({}), {}).specs;

/** What becomes of each instance, by its name. */
function verdicts(before: object, after: object): Record<string, string> {
  const diff = diffPlans(specsOf(before), specsOf(after));
  return Object.fromEntries(
    Object.entries<readonly InstanceSpec[]>({ ...diff }).flatMap(([verdict, specs]) =>
      specs.map(({ name }) => [name, verdict]),
    ),
  );
}

test.each<[string, object, object, Record<string, string>]>([
  ["nothing", { instances: 2 }, { instances: 2 }, { web_1: "unchanged", web_2: "unchanged" }],
  ["another process", {}, { command: "y" }, { web: "changed" }],
  ["another environment", {}, { environment: { A: 1 } }, { web: "changed" }],
  ["another policy", {}, { restart: "no" }, { web: "adjusted" }],
  ["another order of the keys", { umask: 22, nice: 1 }, { nice: 1, umask: 22 }, { web: "unchanged" }],
  ["more", { instances: 2 }, { instances: 3 }, { web_1: "adjusted", web_2: "adjusted", web_3: "added" }],
  ["fewer", { instances: 3 }, { instances: 2 }, { web_1: "adjusted", web_2: "adjusted", web_3: "removed" }],
  ["none", {}, { instances: 0 }, { web: "removed" }],
])("%s", (_, before, after, expected) => {
  expect(verdicts(before, after)).toEqual(expected);
});
