import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../../provision/fleet/event.ts";
import { formatLogLines, openEventLog } from "../../../../provision/ui/event-log.ts";
import { formatPlainLine } from "../../../../provision/ui/plain-line.ts";

const AT = new Date("2026-01-02T03:04:05.678Z");
const host = "web1";
const failed = {
  host,
  status: "failed" as const,
  changes: [],
  seconds: 1,
  error: {
    step: "packages",
    code: "command_failed",
    message: "apt-get failed:\n    E: no",
    hint: "make room",
  },
};
const command = "sh -c 'a\nb' longshore x";

/** event → what a log, a plain display, and a verbose plain display have of it */
test.each<[RunEvent, string[], string | undefined, string | undefined]>([
  [{ host, event: "step_started", step: "packages" }, ["== packages"], "packages …", "packages …"],
  [
    { host, event: "message", step: "packages", text: "waiting for apt" },
    ["waiting for apt"],
    "waiting for apt",
    "waiting for apt",
  ],
  [
    { host, event: "step_finished", step: "packages", status: "done", changed: true, seconds: 1.25 },
    ["== packages: done (1.25 s)"],
    "packages: done (1.3 s)",
    "packages: done (1.3 s)",
  ],
  [
    { host, event: "command_started", command, summary: "sh -c … longshore x", as_root: true },
    ["# sh -c 'a", "b' longshore x"],
    undefined,
    "# sh -c … longshore x",
  ],
  [
    { host, event: "command_started", command: "id", summary: "id", as_root: false },
    ["$ id"],
    undefined,
    "$ id",
  ],
  [{ host, event: "output", line: "Get:1" }, ["  Get:1"], undefined, undefined],
  [
    { host, event: "command_finished", command: "id", code: 3, seconds: 0.5 },
    ["  exit code 3 (0.5 s)"],
    undefined,
    undefined,
  ],
  [
    { host, event: "host_finished", outcome: failed },
    ["== failed", "packages: apt-get failed:", "    E: no", "make room"],
    "failed",
    "failed",
  ],
])("%j", (event, lines, plain, verbose) => {
  expect(formatLogLines(event, AT)).toBe(
    lines.map((line) => `2026-01-02T03:04:05.678Z web1 | ${line}\n`).join(""),
  );
  expect(formatPlainLine(event, false)).toBe(plain);
  expect(formatPlainLine(event, true)).toBe(verbose);
});

test("a log is added to, and only its owner reads it", () => {
  const directory = mkdtempSync(join(tmpdir(), "longshore-log-"));
  try {
    const file = join(directory, "run.log");
    openEventLog(file)({ host, event: "output", line: "first" });
    openEventLog(file)({ host, event: "output", line: "second" });
    expect(readFileSync(file, "utf8")).toMatch(/first\n.*second\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(() => openEventLog(join(directory, "none", "run.log"))).toThrow("cannot write the log");
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a log is nobody else's: one that every user may read is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "longshore-log-"));
  const file = join(folder, "run log");
  try {
    openEventLog(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o640);
    openEventLog(file);
    chmodSync(file, 0o644);
    expect(() => openEventLog(file)).toThrow(/every user may read or write the log .* \(mode 0644\)/);
    openEventLog("/dev/null");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
