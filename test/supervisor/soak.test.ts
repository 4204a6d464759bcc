import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readProcesses, readVariable } from "../../supervisor/runtime/process/proc.ts";
import { Daemon, useDaemons } from "./daemon.ts";
import { Random } from "./random.ts";

useDaemons();

/** The full soak is `npm run test:soak`; LONGSHORE_SOAK_SEED repeats the choices of an earlier one. */
const isFull = process.env.LONGSHORE_SOAK === "full";
const tasks = isFull ? 200 : 40;
const seconds = isFull ? 60 : 5;
const seed = Number(process.env.LONGSHORE_SOAK_SEED ?? Date.now() % 1_000_000);
/** Marks every process of this test in its environment. */
const mark = `${process.pid}-${seed}`;

const temperaments = [
  "exit 1",
  "sleep 0.0$(($$$$ % 10)); exit 1",
  "sleep 0.$(($$$$ % 10)); kill -SEGV $$$$",
  "sleep 1000 & setsid sleep 1000 & sleep 0.2; exit 3",
  "trap '' TERM INT HUP; sleep 1000; sleep 1000",
  "while :; do echo some line or other; sleep 0.5; done",
  "head -c 300000 /dev/zero | tr '\\0' x; echo; sleep 0.1; exit 0",
  "exec sleep 1000",
];

/** A tasks.yaml of restless tasks; `round` changes some of them. */
function writeTasks(round: number): string {
  const lines = Array.from({ length: tasks }, (_, index) => {
    const script = temperaments[index % temperaments.length];
    const instances = index % 10 === 9 ? 1 + (round % 3) : 1;
    const round10 = index % 10 === 8 ? round : 0;
    const dependency = index % 7 === 6 ? `, depends_on: [t${index - 1}]` : "";
    return `  t${index}: { command: [sh, -c, ${JSON.stringify(script)}], instances: ${instances}, environment: { ROUND: "${round10}" }${dependency} }`;
  });
  return `defaults:
  start_period: 50ms
  start_retries: 1000
  stop_grace_period: 300ms
  backoff: { initial: 20ms, limit: 500ms }
  stdout: "null"
  stderr: "null"
  environment: { SOAK: "${mark}" }
tasks:
${lines.join("\n")}
`;
}

/** One command over the control socket, by chance; the HTTP status of the answer. */
async function sendAny(daemon: Daemon, random: Random, round: number): Promise<number> {
  const names = Array.from({ length: 1 + random.below(5) }, () => `t${random.below(tasks)}`);
  const wait = random.below(4) === 0;
  const choice = random.below(100);
  const { client } = daemon;
  const send = async (...request: Parameters<typeof client.send>): Promise<number> =>
    (await client.send(...request)).status;
  if (choice < 25) return send("POST", "/v1/start", { names, wait });
  if (choice < 45) return send("POST", "/v1/stop", { names, wait });
  if (choice < 70) return send("POST", "/v1/restart", { names, wait });
  if (choice < 85) {
    const signal = random.pick(["SIGTERM", "SIGKILL", "SIGHUP", "SIGSTOP", "SIGCONT"]);
    return send("POST", "/v1/signal", { names, signal });
  }
  if (choice < 95) return send("GET", "/v1/tasks");
  if (choice < 97) {
    for await (const record of client.lines("/v1/logs?lines=10")) expect(record).toHaveProperty("line");
    return 200;
  }
  daemon.rewrite(writeTasks(round));
  return send("POST", "/v1/reload");
}

it(
  `survives ${seconds} s of random commands on ${tasks} restless tasks (seed ${seed})`,
  async () => {
    const random = new Random(seed);
    const daemon = new Daemon(writeTasks(0));
    await daemon.waitFor(/^longshored \| longshored \S+ runs /m, 60_000);
    const descriptors = countDescriptors(daemon.pid);
    const memory: number[] = [];
    const begin = Date.now();
    let round = 0;
    const client = async (): Promise<void> => {
      while (Date.now() - begin < seconds * 1_000) {
        // what it refuses (there is nothing to signal) is as good as what it does; a bug is 500
        expect(await sendAny(daemon, random, round++)).toBeLessThan(500);
        memory.push(readRss(daemon.pid));
      }
    };
    await Promise.all([client(), client(), client()]);

    expect(listMarked(daemon.pid)).not.toEqual([]);

    // no stuck state: everything can be stopped, and everything can be started again
    await daemon.client.call("POST", "/v1/stop", { names: ["all"], wait: true });
    expect((await daemon.status()).filter(({ state }) => state !== "stopped")).toEqual([]);
    expect(listMarked(daemon.pid)).toEqual([]);
    expect(readProcesses().filter(({ parent }) => parent === daemon.pid)).toEqual([]);
    // two are of the pipe that services have as their input
    expect(countDescriptors(daemon.pid)).toBeLessThanOrEqual(descriptors + 4);

    await daemon.client.call("POST", "/v1/start", { names: ["all"], wait: false });
    const steady = `t${temperaments.indexOf("exec sleep 1000")}`;
    await daemon.until(steady, ({ state }) => state === "running");
    await daemon.client.call("POST", "/v1/stop", { names: ["all"], wait: true });
    expect(listMarked(daemon.pid)).toEqual([]);

    // memory: once the heap has found its size it stays there
    if (isFull) {
      const quarter = Math.floor(memory.length / 4);
      const [early, late] = [
        Math.max(...memory.slice(quarter, 2 * quarter)),
        Math.max(...memory.slice(-quarter)),
      ];
      console.log(`${memory.length} commands; RSS ${early} MB in the second quarter, ${late} MB in the last`);
      expect(late).toBeLessThan(early * 1.15 + 5);
    }
    daemon.signal("SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
  },
  (seconds + 120) * 1_000,
);

/** The living processes of this test, other than the supervisor. */
function listMarked(supervisor: number): number[] {
  return readProcesses()
    .filter(({ pid, state }) => pid !== supervisor && state !== "Z" && readVariable(pid, "SOAK") === mark)
    .map(({ pid }) => pid);
}

function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** MB */
function readRss(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return Math.round(Number(kib) / 1_024);
}
