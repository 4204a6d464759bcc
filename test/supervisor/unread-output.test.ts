import { expect, it } from "vitest";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

const flood = `[sh, -c, "while :; do head -c 100000 /dev/zero | tr '\\\\0' x; echo; done"]`;

it("ends within its timeout when nobody reads its output", async () => {
  const daemon = new Daemon(`shutdown_timeout: 3s\ntasks: { noisy: { command: ${flood} } }`, {
    isUnread: true,
  });
  await expect
    .poll(() => daemon.instance("noisy").catch(() => null), { timeout: 15_000 })
    .toMatchObject({ state: "running" });
  const began = Date.now();
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toEqual({ code: 0, signal: null });
  expect(Date.now() - began).toBeLessThan(5_000);
});

it("ends at a third SIGTERM, whatever its tasks do", async () => {
  const stubborn = `{ command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"], stop_grace_period: 1h }`;
  const daemon = new Daemon(
    `shutdown_timeout: 1h\ntasks: { noisy: { command: ${flood} }, stubborn: ${stubborn} }`,
    {
      isUnread: true,
    },
  );
  await expect
    .poll(() => daemon.instance("stubborn").catch(() => null), { timeout: 15_000 })
    .toMatchObject({ state: "running" });
  const { pid } = await daemon.instance("stubborn");
  for (let count = 0; count < 3; count += 1) {
    daemon.signal("SIGTERM");
    // Two signals that come together are one.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await daemon.ended;
  expect(isRunning(pid ?? 0)).toBe(false);
});

it("runs on when its output is closed", async () => {
  const daemon = new Daemon("tasks: { a: { command: [sh, -c, 'while echo x; do sleep 0.01; done'] } }", {
    wrapper: ["bash", "-c", 'exec "$@" > >(exec head -n 1)', "bash"],
  });
  await expect
    .poll(() => daemon.instance("a").catch(() => null), { timeout: 15_000 })
    .toMatchObject({ state: "running" });
  const { restarts } = await daemon.instance("a");
  expect(restarts).toBe(0);
});

it("shows a prompt without a newline after a second, and no half of a character", async () => {
  const daemon = new Daemon(
    `tasks: { ask: { command: [sh, -c, "printf 'Passwort f\\\\303'; sleep 2; printf '\\\\274r: '; sleep 1000"] } }`,
  );
  await daemon.waitFor(/^ask \| Passwort f$/m);
  await daemon.waitFor(/^ask \| ür: $/m);
});
