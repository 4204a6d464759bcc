import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { signalNumber } from "../../supervisor/config/task/signal-name.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

/** The processes of a daemon's pid namespace, as `state command`. */
function listProcesses(daemon: Daemon): string[] {
  const namespace = (pid: number | string): string =>
    execFileSync("readlink", [`/proc/${pid}/ns/pid_for_children`], { encoding: "utf8" }).trim();
  const wanted = namespace(daemon.pid);
  const rows = execFileSync("ps", ["-eo", "pidns=,stat=,args="], { encoding: "utf8" }).split("\n");
  return rows.map((row) => row.trim()).filter((row) => wanted.includes(row.split(/\s+/)[0] || "none"));
}

describe.skipIf(process.getuid?.() !== 0)("as PID 1", () => {
  it("collects the orphans that its tasks leave behind", async () => {
    const daemon = new Daemon(
      `
tasks:
  orphans: { command: [sh, -c, 'for i in $(seq 100); do (sleep 0.1 & exec true); done; echo left; exec sleep 1000'] }
`,
      { asPid1: true },
    );
    await daemon.waitFor(/orphans \| left/);
    await expect
      .poll(() => listProcesses(daemon).filter((row) => row.includes("sleep 0.1")), { timeout: 10_000 })
      .toEqual([]);
    expect(listProcesses(daemon).filter((row) => /^\d+\s+Z/.test(row))).toEqual([]);
    expect(listProcesses(daemon).some((row) => row.includes("sleep 1000"))).toBe(true);
  });

  it("stops everything in reverse order on SIGTERM, and exits with 0", async () => {
    const daemon = new Daemon(
      `
tasks:
  web: { command: sleep 1000, depends_on: [app] }
  app: { command: sleep 1000, depends_on: [database] }
  database: { command: sleep 1000 }
`,
      { asPid1: true },
    );
    await daemon.until("web", ({ pid }) => pid !== null);
    process.kill(Number(execFileSync("pgrep", ["-P", String(daemon.pid)], { encoding: "utf8" })), "SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    const stopped = [...daemon.output.matchAll(/(\w+): stopped/g)].map((match) => match[1]);
    expect(stopped).toEqual(["web", "app", "database"]);
  });

  it.each(["SIGPWR", "SIGRTMIN+3"] as const)(
    "halts on %s, as lxc-stop and STOPSIGNAL want",
    async (signal) => {
      const daemon = new Daemon("tasks: { app: { command: sleep 1000 } }", { asPid1: true });
      await daemon.until("app", ({ pid }) => pid !== null);
      const pid = Number(execFileSync("pgrep", ["-P", String(daemon.pid)], { encoding: "utf8" }));
      for (const stray of [40, 50, 64]) process.kill(pid, stray);
      process.kill(pid, signalNumber(signal));
      expect(await daemon.ended).toEqual({ code: 0, signal: null });
      expect(daemon.output).toContain(`shutting down: ${signal}`);
    },
  );

  it("ends in time although a task ignores every signal", async () => {
    const daemon = new Daemon(
      `
shutdown_timeout: 1s
tasks:
  app: { command: sleep 1000 }
  stubborn: { command: [sh, -c, 'trap "" TERM INT HUP; echo up; while :; do sleep 1; done'], depends_on: [app], stop_grace_period: 1m }
`,
      { asPid1: true },
    );
    await daemon.waitFor(/stubborn \| up/);
    const begin = Date.now();
    process.kill(Number(execFileSync("pgrep", ["-P", String(daemon.pid)], { encoding: "utf8" })), "SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - begin).toBeLessThan(3_000);
  });
});
