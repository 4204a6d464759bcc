import { expect, it } from "vitest";
import { Task } from "../../../../supervisor/config/task/task.ts";
import type { Event } from "../../../../supervisor/core/event.ts";
import { type AfterStop, type Instance, newInstance } from "../../../../supervisor/core/instance.ts";
import { transition } from "../../../../supervisor/core/transition.ts";
import { InstanceState } from "../../../../supervisor/protocol/status.ts";

const base = { command: "x", healthcheck: { tcp: 1 } };
const tasks = [
  Task.parse({ ...base, start_retries: 1 }),
  Task.parse({ ...base, restart: "on-failure", start_retries: 0 }),
  Task.parse({ ...base, depends_on: ["y"] }),
  Task.parse({ command: "x", schedule: "@daily" }),
];

/** Every event, with a name for the edge that it makes. */
const events: readonly (readonly [string, Event])[] = [
  ["start", { type: "start" }],
  ["stop", { type: "stop" }],
  ["restart", { type: "restart" }],
  ["run", { type: "run" }],
  ["dependencies are there", { type: "released" }],
  ["spawned", { type: "spawned", generation: 0, pid: 1, at: 0 }],
  ["cannot be run", { type: "spawn_failed", generation: 0, reason: "", at: 0 }],
  ["ends well", { type: "exited", generation: 0, exit: { code: 0, signal: null }, groupEmpty: true, at: 0 }],
  ["fails", { type: "exited", generation: 0, exit: { code: 1, signal: null }, groupEmpty: true, at: 0 }],
  [
    "ends, its group does not",
    { type: "exited", generation: 0, exit: { code: 1, signal: null }, groupEmpty: false, at: 0 },
  ],
  ["group is empty", { type: "emptied", generation: 0, at: 0 }],
  ["time is over", { type: "timer", generation: 0, at: 0 }],
  ["ready", { type: "ready", generation: 0 }],
  ["healthy", { type: "health", generation: 0, healthy: true, reason: "" }],
  ["unhealthy", { type: "health", generation: 0, healthy: false, reason: "" }],
  ["uses too much memory", { type: "condemned", generation: 0, reason: "" }],
];

/** Every edge that the transition function has, tried out from every state. */
function listEdges(): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  const afterStops: AfterStop[] = ["stay", "start", "retry", "judge"];
  for (const task of tasks) {
    for (const state of InstanceState.options) {
      for (const afterStop of afterStops) {
        for (const failures of [0, 1]) {
          const before: Instance = {
            ...newInstance(),
            state,
            afterStop,
            failures,
            failedStarts: failures,
            wanted: true,
          };
          for (const [name, event] of events) {
            const after = transition(before, event, task).instance.state;
            if (after === state) continue;
            const edge = `${state} --> ${after}`;
            edges.set(edge, (edges.get(edge) ?? new Set()).add(name));
          }
        }
      }
    }
  }
  return edges;
}

it("the state diagram in the documentation is that of the code (write it with: npx vitest run --project unit state-diagram -u)", async () => {
  const lines = [...listEdges()].map(([edge, names]) => `  ${edge}: ${[...names].join(" / ")}`).sort();
  const diagram = [
    "# The states of an instance",
    "",
    "```mermaid",
    "stateDiagram-v2",
    "  [*] --> stopped",
    ...lines,
    "```",
    "",
  ];
  await expect(diagram.join("\n")).toMatchFileSnapshot("../../../../docs/states.md");
});
