import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import type { HostOutcome } from "../../../../provision/fleet/outcome.ts";

const OUTCOMES: HostOutcome[] = [
  { host: "web1", status: "ok", changes: [], seconds: 0.21 },
  {
    host: "database",
    status: "changed",
    changes: ["docker group: add admin", "kernel settings"],
    seconds: 12.34,
  },
  {
    host: "web2",
    status: "failed",
    changes: ["docker group: add admin"],
    seconds: 3,
    error: {
      step: "packages",
      code: "command_failed",
      message: "apt-get failed:\n    E: no space",
      hint: "make room",
    },
  },
  {
    host: "web3",
    status: "unreachable",
    changes: [],
    seconds: 10,
    error: { step: "connect", code: "ssh_timeout", message: "no answer within 10 s" },
  },
  {
    host: "web4",
    status: "pending",
    changes: [],
    seconds: 0.2,
    pending: [{ title: "release abc", details: ["+ config/tasks.yaml", "- config/old"] }],
  },
];

afterEach(() => {
  vi.unstubAllEnvs();
});

/** With colours or without, whatever the terminal of the tests can do. */
async function format({ colours, diff = false }: { colours: boolean; diff?: boolean }): Promise<string> {
  vi.resetModules();
  vi.stubEnv(colours ? "FORCE_COLOR" : "NO_COLOR", "1");
  const { formatSummary } = await import("../../../../provision/ui/summary.ts");
  return formatSummary(OUTCOMES, diff);
}

test("per host what became of it", async () => {
  expect(await format({ colours: false })).toBe(`web1      ok           0.2 s  nothing to change
database  changed      12.3 s
  docker group: add admin
  kernel settings
web2      failed       3.0 s
  changed: docker group: add admin
  packages: apt-get failed:
      E: no space
  make room
web3      unreachable  10.0 s
  connect: no answer within 10 s
web4      pending      0.2 s
  would change: release abc`);
});

test("colours change no letter", async () => {
  const coloured = await format({ colours: true });
  expect(coloured).toContain("\u001b[31mfailed");
  expect(stripVTControlCharacters(coloured)).toBe(await format({ colours: false }));
});

test("--diff shows the lines of a change", async () => {
  const text = await format({ colours: false, diff: true });
  expect(text).toContain("would change: release abc\n    + config/tasks.yaml\n    - config/old");
});
