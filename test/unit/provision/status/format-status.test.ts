import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { formatStatus } from "../../../../provision/status/format-status.ts";
import type { ContainerStatus, HostStatus } from "../../../../provision/status/host-status.ts";
import { makeTask } from "../engine/example-container.ts";

const NOW = new Date("2026-01-01T01:00:05Z");

const container: ContainerStatus = {
  stack: "site",
  service: "web",
  release: "3f2a9c01d4e5",
  image: "longshore/site-web:3f2a9c01d4e5",
  state: "running",
  health: "healthy",
  exit_code: null,
  started_at: "2026-01-01T00:00:00.5Z",
  restarts: 0,
  supervisor: true,
  tasks: [],
};

const show = (...hosts: Partial<HostStatus>[]) =>
  stripVTControlCharacters(
    formatStatus(
      hosts.map((host) => ({ host: "web1", status: "ok", problems: [], containers: [], ...host })),
      NOW,
    ),
  );

test("a container and its tasks", () => {
  const tasks = [
    makeTask("nginx", { restarts: 2, uptime_seconds: 65 }),
    makeTask("app", { health: "healthy" }),
    makeTask("certificate", {
      kind: "job",
      state: "waiting",
      pid: null,
      uptime_seconds: null,
      next_run: "2026-01-01T05:17:00Z",
    }),
    makeTask("duckdns", {
      state: "stopped",
      pid: null,
      uptime_seconds: null,
      reason: "DUCKDNS_TOKEN is not set",
    }),
  ];
  expect(show({ containers: [{ ...container, tasks }] })).toBe(
    `web1  site/web  running (healthy), up 1h4s, release 3f2a9c01d4e5
  NAME         STATE    PID  UPTIME  RESTARTS  NEXT-RUN  HEALTH
  nginx        running  17   1m5s    2         -         -
  app          running  17   1h      0         -         healthy
  certificate  waiting  -    -       0         in 4h16m  -
  duckdns      stopped  -    -       0         -         DUCKDNS_TOKEN is not set`,
  );
});

test.each<[string, Partial<ContainerStatus>, string]>([
  ["no healthcheck", { health: "none" }, "web1  site/web  running, up 1h4s, release 3f2a9c01d4e5"],
  [
    "restarted",
    { restarts: 3 },
    "web1  site/web  running (healthy), up 1h4s, restarted 3×, release 3f2a9c01d4e5",
  ],
  [
    "stopped",
    { state: "exited", health: "none", exit_code: 143 },
    "web1  site/web  exited (code 143), release 3f2a9c01d4e5",
  ],
  ["no release", { release: null }, "web1  site/web  running (healthy), up 1h4s, release none"],
])("%s", (_title, changes, line) => {
  expect(show({ containers: [{ ...container, ...changes }] }).split("\n")[0]).toBe(line);
});

test("a supervisor that does not answer", () => {
  expect(show({ containers: [{ ...container, tasks: null }] })).toContain(
    "\n  the supervisor does not answer",
  );
});

test("a container without a supervisor says nothing of one", () => {
  expect(show({ containers: [{ ...container, supervisor: false, tasks: null }] })).toBe(
    "web1  site/web  running (healthy), up 1h4s, release 3f2a9c01d4e5",
  );
});

test("what is not good stands below, also where there is no container", () => {
  const problems = ["site/web has no container", "site/db is paused"];
  expect(show({ status: "degraded", problems })).toBe(
    "web1  degraded\n  site/web has no container\n  site/db is paused",
  );
});

test("a host without anything, and one that cannot be asked, beside a good one", () => {
  const error = {
    code: "ssh_refused",
    message: "cannot connect to web3: connection refused",
    hint: "is sshd running?",
  };
  expect(
    show(
      { containers: [container] },
      { host: "web2", status: "empty" },
      { host: "web3", status: "unreachable", error },
    ),
  ).toBe(`web1  site/web  running (healthy), up 1h4s, release 3f2a9c01d4e5
  NAME  STATE  PID  UPTIME  RESTARTS  NEXT-RUN  HEALTH

web2  nothing deployed

web3  unreachable
  cannot connect to web3: connection refused
  is sshd running?`);
});
