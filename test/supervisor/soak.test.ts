import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

const seconds = Number(process.env.LONGSHORE_SOAK_SECONDS ?? 15);
const count = 200;

/** The processes that belong to a daemon's tasks, by the mark in their environment. */
function listTaskProcesses(daemon: Daemon): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, "latin1").includes(`DIR=${daemon.folder}\0`) &&
          pid !== daemon.pid
        );
      } catch {
        return false;
      }
    });
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024;
}

it(`${count} crashing tasks and random commands for ${seconds} s leak nothing and get nothing stuck`, {
  timeout: (seconds + 90) * 1_000,
}, async () => {
  const tasks = Array.from({ length: count }, (_, index) => {
    const life = `0.${(index % 9) + 1}`;
    const script =
      index % 4 === 0
        ? `sleep ${life} & (setsid sleep 100 &); echo line; wait $!; exit 1`
        : `echo line; sleep ${life}; exit ${index % 3}`;
    return `  t${index}: { command: [sh, -c, '${script}'], start_period: 50ms, start_retries: 1000, backoff: { initial: 100ms, limit: 2s }, stop_grace_period: 1s }`;
  });
  const daemon = new Daemon(`tasks:\n${tasks.join("\n")}\n`);
  await daemon.waitFor(/ runs /);
  const end = Date.now() + seconds * 1_000;
  let early: number | undefined;
  let round = 0;
  const pick = (): string => `t${Math.floor(Math.random() * count)}`;
  while (Date.now() < end) {
    round += 1;
    const command = ["start", "stop", "restart"][round % 3];
    const names = Array.from({ length: 5 }, pick);
    const { status } = await daemon.client.send("POST", `/v1/${command}`, { names, wait: round % 5 === 0 });
    expect(status).toBe(200);
    if (round % 20 === 0) await daemon.client.call("POST", "/v1/reload", {});
    if (early === undefined && Date.now() > end - seconds * 500) early = residentMegabytes(daemon.pid);
  }
  const late = residentMegabytes(daemon.pid);
  expect(late).toBeLessThan((early ?? late) + 25);
  await daemon.client.call("POST", "/v1/stop", { names: ["all"] });
  expect((await daemon.status()).filter(({ state }) => state !== "stopped")).toEqual([]);
  expect(listTaskProcesses(daemon)).toEqual([]);
  await daemon.client.call("POST", "/v1/start", { names: ["all"], wait: false });
  await daemon.client.call("POST", "/v1/shutdown");
  expect((await daemon.ended).code).toBe(0);
  expect(listTaskProcesses(daemon)).toEqual([]);
});
