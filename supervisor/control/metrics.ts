import { InstanceState } from "../protocol/status.ts";
import { toClockTime } from "../runtime/steady-clock.ts";
import { measureJobs } from "./job-metrics.ts";
import type { Running } from "./running.ts";

/** The state of every instance in the text format of Prometheus. */
export async function renderMetrics(running: Running, version: string): Promise<string> {
  const { supervisor, jobs } = running;
  const { Counter, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: `longshore_${name}`, help, labelNames: [...labelNames], registers });
  gauge("build_info", "The running version", ["version"]).set({ version }, 1);
  gauge("start_time_seconds", "When longshored was started", []).set(supervisor.startedAt.getTime() / 1_000);
  const memory = gauge("resident_memory_bytes", "Memory of longshored itself", []);
  memory.set(process.memoryUsage.rss());

  const labels = ["name", "task"] as const;
  const state = gauge("instance_state", "1 for the state that the instance is in", [...labels, "state"]);
  const up = gauge("instance_up", "Whether the instance runs", labels);
  const healthy = gauge("instance_healthy", "Whether its healthcheck succeeds", labels);
  const restarts = new Counter({
    name: "longshore_instance_restarts_total",
    help: "Starts that the supervisor made by itself",
    labelNames: [...labels],
    registers,
  });
  const started = gauge("instance_start_time_seconds", "When its last process was started", labels);
  const exitCode = gauge("instance_last_exit_code", "How its last process ended", labels);
  const next = gauge("job_next_run_time_seconds", "When the job is due next", labels);
  for (const entry of supervisor.entries.all) {
    const { spec, instance } = entry;
    const of = { name: spec.name, task: spec.task };
    for (const name of InstanceState.options)
      state.set({ ...of, state: name }, instance.state === name ? 1 : 0);
    up.set(of, instance.state === "running" ? 1 : 0);
    if (instance.health !== "none") healthy.set(of, instance.health === "healthy" ? 1 : 0);
    restarts.inc(of, instance.restarts);
    if (instance.startedAt !== null) started.set(of, toClockTime(instance.startedAt) / 1_000);
    if (instance.exit?.code != null) exitCode.set(of, instance.exit.code);
    const due = jobs.nextStart(entry);
    if (due !== null) next.set(of, due.getTime() / 1_000);
  }
  measureJobs(running, gauge, Date.now());
  return registry.metrics();
}
