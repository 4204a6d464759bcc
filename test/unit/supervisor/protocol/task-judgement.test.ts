import { expect, test } from "vitest";
import { InstanceStatus } from "../../../../supervisor/protocol/status.ts";
import { judgeTask } from "../../../../supervisor/protocol/task-judgement.ts";

const ofNow = { off: null, failures: 0, recent_failures: 0, settling_seconds: 3, overdue: false };
const service = {
  name: "web",
  task: "web",
  instance: 1,
  kind: "service",
  state: "running",
  pid: 17,
  started_at: "2026-01-01T00:00:00Z",
  uptime_seconds: 3600,
  restarts: 0,
  exit_code: null,
  exit_signal: null,
  success: null,
  next_run: null,
  health: "none",
  reason: null,
};
const oneshot = { kind: "oneshot" };
const job = { kind: "job", state: "waiting", pid: null };

test.each<[verdict: string, words: string, isFinal: boolean, changes: object]>([
  ["good", "is running", false, {}],
  ["good", "is running", false, { uptime_seconds: 3 }],
  ["waiting", "is starting: it has run for 2 s, and nothing checks it", false, { uptime_seconds: 2 }],
  ["good", "is running", false, { uptime_seconds: 0, settling_seconds: 0 }],
  ["good", "is running", false, { uptime_seconds: 0, health: "healthy" }],
  ["waiting", "is starting: its healthcheck has not succeeded yet", false, { health: "starting" }],
  ["bad", "is unhealthy: answered 500", false, { health: "unhealthy", reason: "answered 500" }],
  [
    "bad",
    "is unhealthy: answered 500",
    false,
    { state: "stopping", health: "unhealthy", reason: "answered 500" },
  ],
  ["waiting", "is starting", false, { state: "starting" }],
  ["waiting", "is backoff: exit code 1", false, { state: "backoff", failures: 1, reason: "exit code 1" }],
  ["waiting", "is starting: 1 end", false, { state: "starting", failures: 1, reason: "1 end" }],
  ["bad", "is in a crash loop: exit code 1", false, { state: "backoff", failures: 2, reason: "exit code 1" }],
  ["bad", "is in a crash loop: 2 ends in a row", false, { state: "starting", failures: 2 }],
  ["bad", "is in a crash loop: 2 ends in a row", false, { failures: 2, uptime_seconds: 9 }],
  ["bad", "is in a crash loop: 5 ends in a row", false, { failures: 5, health: "healthy" }],
  ["good", "is running", false, { recent_failures: 2 }],
  ["bad", "is in a crash loop: 3 failures within 5 minutes", false, { recent_failures: 3 }],
  ["bad", "is fatal: 3 failed starts", true, { state: "fatal", reason: "3 failed starts" }],
  ["bad", "was stopped by hand", true, { state: "stopped", off: "by_hand" }],
  ["bad", "is being stopped by hand", true, { state: "stopping", off: "by_hand" }],
  ["waiting", "is stopping", false, { state: "stopping" }],
  ["good", "is off", false, { state: "stopped", off: "autostart" }],
  ["good", "is off: X is not set", false, { state: "stopped", off: "environment", reason: "X is not set" }],
  ["waiting", "has not been started yet", false, { state: "stopped" }],
  ["bad", "is stopped", true, { state: "stopped", off: undefined }],
  ["good", "is off: X is not set", false, { state: "stopped", off: undefined, reason: "X is not set" }],
  ["waiting", "is waiting: waits for db", false, { state: "waiting", reason: "waits for db" }],
  ["good", "has done its work", false, { state: "exited", success: true }],
  ["bad", "has failed: exit code 1", true, { state: "exited", success: false, reason: "exit code 1" }],
  ["bad", "has failed", true, { ...oneshot, state: "exited", success: false }],
  ["good", "has done its work", false, { ...oneshot, state: "exited", success: true }],
  ["good", "has done its work", false, { ...oneshot, state: "stopped", off: "by_hand", success: true }],
  ["bad", "was stopped by hand", true, { ...oneshot, state: "stopped", off: "by_hand", success: false }],
  ["waiting", "has not done its work yet", false, oneshot],
  ["good", "runs once more", false, { ...oneshot, success: true }],
  ["waiting", "has not done its work yet", false, { ...oneshot, success: false }],
  [
    "good",
    "has failed, and is not meant to run by itself: exit code 1",
    false,
    { ...oneshot, state: "exited", off: "autostart", success: false, reason: "exit code 1" },
  ],
  ["good", "is waiting", false, job],
  ["good", "is waiting", false, { ...job, success: false, exit_code: 1 }],
  ["good", "is running", false, { ...job, state: "running" }],
  ["bad", "is overdue: due since", false, { ...job, overdue: true, reason: "due since" }],
  [
    "good",
    "is off: X is not set",
    false,
    { ...job, state: "stopped", off: "environment", reason: "X is not set" },
  ],
  [
    "bad",
    "was stopped by hand and does not run until it is started",
    true,
    { ...job, state: "stopped", off: "by_hand" },
  ],
])("%s: %s", (verdict, words, isFinal, changes) => {
  expect(judgeTask(InstanceStatus.parse({ ...service, ...ofNow, ...changes }))).toEqual({
    verdict,
    words,
    isFinal,
  });
});

test("the status of a longshored of before the judgement can be read", () => {
  expect(judgeTask(InstanceStatus.parse(service)).verdict).toBe("good");
});
