import { expect, test } from "vitest";
import { driftExitCode, joinDrift } from "../../../../provision/fleet/host-drift.ts";
import type { HostOutcome } from "../../../../provision/fleet/outcome.ts";

const change = { title: "group", details: ["+ admin"] };
const outcome = (status: HostOutcome["status"], more: Partial<HostOutcome> = {}): HostOutcome => ({
  host: "web1",
  status,
  changes: [],
  seconds: 0.1,
  ...more,
});
const pending = outcome("pending", { pending: [change] });
const error = (code: string) => ({ step: "reading facts", code, message: "x" });

type Case = [string, HostOutcome, HostOutcome | undefined, object, number];

test.each<Case>([
  ["as wanted", outcome("ok"), outcome("ok"), { status: "ok", provision: [], deploy: [] }, 0],
  ["its system drifted", pending, outcome("ok"), { status: "drifted", provision: [change], deploy: [] }, 2],
  ["its stack drifted", outcome("ok"), pending, { status: "drifted", provision: [], deploy: [change] }, 2],
  [
    "not provisioned yet",
    pending,
    outcome("failed", { error: error("docker_missing") }),
    { status: "drifted", provision: [change], deploy: [] },
    2,
  ],
  ...["unhealthy", "endpoint_failed"].map(
    (code): Case => [
      `as wanted, and what runs is not well: ${code}`,
      outcome("ok"),
      outcome("failed", { error: error(code) }),
      { status: "drifted", error: error(code) },
      2,
    ],
  ),
  [
    "provisioned, and the engine does not answer",
    outcome("ok"),
    outcome("failed", { error: error("docker_missing") }),
    { status: "failed", error: error("docker_missing") },
    1,
  ],
  [
    "away",
    outcome("unreachable", { error: error("ssh_timeout") }),
    undefined,
    { status: "unreachable", error: error("ssh_timeout") },
    1,
  ],
])("%s", (_title, provisioned, deployed, expected, code) => {
  const drifts = joinDrift([provisioned], deployed === undefined ? [] : [deployed]);
  expect(drifts).toMatchObject([{ host: "web1", ...expected }]);
  expect(driftExitCode(drifts)).toBe(code);
});
