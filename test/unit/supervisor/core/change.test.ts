import { expect, test } from "vitest";
import { listEvents } from "../../../../supervisor/core/change.ts";
import { type Instance, newInstance } from "../../../../supervisor/core/instance.ts";

const up: Partial<Instance> = { state: "running", pid: 10 };

test.each<[string, Partial<Instance>, Partial<Instance>, string[]]>([
  ["a process has come", { state: "starting" }, { state: "starting", pid: 10 }, ["started"]],
  ["one that runs at once", { state: "starting" }, up, ["started", "running"]],
  ["it has lasted", { state: "starting", pid: 10 }, up, ["running"]],
  ["it has ended for good", up, { state: "exited" }, ["exited"]],
  ["it has ended and waits", up, { state: "backoff" }, ["backoff"]],
  ["it has ended and is started again at once", up, { state: "starting" }, ["exited"]],
  ["a run of a job has ended", up, { state: "waiting" }, ["exited"]],
  ["it is being stopped", up, { state: "stopping", pid: 10 }, ["stopping"]],
  ["it has ended, and what it left behind is being ended", up, { state: "stopping" }, ["stopping"]],
  ["its group lives on", { state: "stopping", pid: 10 }, { state: "stopping" }, []],
  ["it is stopped", { state: "stopping" }, { state: "stopped" }, ["stopped"]],
  ["it is given up", { state: "starting", pid: 10 }, { state: "fatal" }, ["fatal"]],
  ["it answers well", { ...up, health: "starting" }, { ...up, health: "healthy" }, ["healthy"]],
  ["it does not", { ...up, health: "healthy" }, { ...up, health: "unhealthy" }, ["unhealthy"]],
  ["its health begins anew", { ...up, health: "healthy" }, { ...up, health: "none" }, []],
  ["nothing", up, up, []],
])("%s", (_, before, after, events) => {
  expect(listEvents({ ...newInstance(), ...before }, { ...newInstance(), ...after })).toEqual(events);
});
