import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

const running = ({ state }: InstanceStatus): boolean => state === "running";

describe.skipIf(process.getuid?.() !== 0)("the supervisor survives", () => {
  it("a lack of descriptors: it runs what it can, and the rest when there is room", {
    timeout: 60_000,
  }, async () => {
    const tasks = Array.from(
      { length: 40 },
      (_, index) =>
        `  t${index}: { command: sleep 1000, start_period: 10ms, start_retries: 1000, backoff: { initial: 100ms, limit: 500ms } }`,
    );
    const daemon = new Daemon(`tasks:\n${tasks.join("\n")}\n`, { wrapper: ["prlimit", "--nofile=70:70"] });
    await daemon.waitFor(/cannot run sleep: EMFILE/);
    const up = (await daemon.status()).filter(running);
    expect(up.length).toBeGreaterThan(5);
    const starved = (await daemon.status()).find(({ state }) => state === "backoff" || state === "starting");
    await daemon.client.call("POST", "/v1/stop", { names: up.map(({ name }) => name) });
    await daemon.until(starved?.name ?? "", running, 30_000);
  });

  it("a lack of descriptors: it sees what a crash left behind, and ends it", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'sleep 1000 & echo left $!; exec sleep 1000'], start_period: 0s, backoff: { initial: 1h } } }",
      { wrapper: ["prlimit", "--nofile=60:60"] },
    );
    const [, left] = await daemon.waitFor(/left (\d+)/);
    const { pid } = await daemon.instance("web");
    const sockets = Array.from({ length: 60 }, () => connect(daemon.client.socketPath));
    // What finds no descriptor any more is hung up on.
    await new Promise((resolve) => {
      for (const socket of sockets) socket.on("error", () => {}).on("close", resolve);
    });
    process.kill(pid ?? 0, "SIGKILL");
    await daemon.waitFor(/cannot run sh: EMFILE/);
    expect(isRunning(Number(left))).toBe(false);
    for (const socket of sockets) socket.destroy();
  });

  it("a lack of processes, as an ordinary user", { timeout: 60_000 }, async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: sleep 1000, instances: 40, start_period: 10ms, start_retries: 1000, backoff: { initial: 100ms, limit: 500ms } } }",
      {
        wrapper: ["prlimit", "--nproc=30:30", "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"],
      },
    );
    await daemon.waitFor(/cannot run sleep: EAGAIN/);
    expect((await daemon.status()).filter(running).length).toBeGreaterThan(2);
  });
});

it("1,000 tasks start, are shown and stop", { timeout: 120_000 }, async () => {
  const tasks = Array.from(
    { length: 1_000 },
    (_, index) =>
      `  t${index}:\n    command: [sleep, "1000"]\n    start_period: 10ms\n    stop_grace_period: 10s\n    environment:\n      A: "1"\n      B: "2"\n      C: "3"\n    umask: "022"\n    nice: 1\n`,
  );
  const text = `shutdown_timeout: 1m\ntasks:\n${tasks.join("")}`;
  expect(text.split("\n").length).toBeGreaterThan(10_000);
  const daemon = new Daemon(text.replaceAll("    nice: 1\n", ""));
  await daemon.waitFor(/t999: running/, 60_000);
  await daemon.until("t999", running);
  expect((await daemon.status()).filter(running)).toHaveLength(1_000);
  daemon.signal("SIGTERM");
  expect((await daemon.ended).code).toBe(0);
});

it("500 tasks with a child each stop in seconds, not in minutes", { timeout: 180_000 }, async () => {
  const daemon = new Daemon(
    "shutdown_timeout: 2m\ntasks: { web: { command: [sh, -c, 'sleep 1000 & wait'], instances: 500, start_period: 0s } }",
  );
  // While it starts so many, it may answer late on a busy machine.
  await daemon.waitFor(/web_500: started/, 60_000);
  const began = performance.now();
  daemon.signal("SIGTERM");
  expect((await daemon.ended).code).toBe(0);
  // Ample for a busy machine: it took minutes where each stop looked at every process.
  expect(performance.now() - began).toBeLessThan(45_000);
});
