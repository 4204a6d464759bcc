import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

/** Node's own timers fire at once when they are to run longer than 24.8 days. */
it("times of months are months: a stop that may take long is not cut short, and a rare check is rare", async () => {
  const daemon = new Daemon(`
shutdown_timeout: 60d
tasks:
  patient:
    command: [sh, -c, 'trap "sleep 0.3; touch $DIR/clean; exit 0" TERM; echo armed; while :; do sleep 0.05; done']
    start_period: 10ms
    stop_grace_period: 60d
  checked:
    command: sleep 1000
    start_period: 60d
    healthcheck: { exec: [sh, -c, 'echo asked'], interval: 60d, timeout: 60d }
  silent: { command: sleep 1000, readiness: { log: never, timeout: 60d } }
`);
  await daemon.until("checked", ({ health }) => health === "healthy");
  expect(await daemon.until("silent", () => true)).toMatchObject({ state: "starting" });
  await daemon.waitFor(/patient \| armed/);
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toMatchObject({ code: 0 });
  expect(existsSync(join(daemon.folder, "clean"))).toBe(true);
  expect(daemon.output).not.toContain("TimeoutOverflowWarning");
});
