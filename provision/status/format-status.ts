import type { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { colors as pc } from "../ui/colors.ts";
import { formatDuration } from "../ui/duration.ts";
import { formatTable } from "../ui/table.ts";
import type { ContainerStatus, HostStatus } from "./host-status.ts";

const HEAD = ["NAME", "STATE", "PID", "UPTIME", "RESTARTS", "NEXT-RUN", "HEALTH"];

/** The fleet as text: per host a line a container, and its tasks below. */
export function formatStatus(hosts: HostStatus[], now: Date): string {
  return hosts.map((host) => formatHost(host, now)).join("\n\n");
}

function formatHost(host: HostStatus, now: Date): string {
  const name = pc.bold(host.host);
  if (host.error !== undefined) {
    return `${name}  ${pc.red(host.status)}\n  ${host.error.message}${host.error.hint === undefined ? "" : `\n  ${host.error.hint}`}`;
  }
  if (host.status === "empty") return `${name}  ${pc.yellow("nothing deployed")}`;
  const containers = host.containers.map((container) => `${name}  ${formatContainer(container, now)}`);
  return [...containers, ...formatProblems(host)].join("\n");
}

function formatProblems({ host, status, problems }: HostStatus): string[] {
  if (problems.length === 0) return [];
  const colour = status === "degraded" ? pc.red : pc.yellow;
  return [`${pc.bold(host)}  ${colour(status)}`, ...problems.map((problem) => `  ${problem}`)];
}

function formatContainer(container: ContainerStatus, now: Date): string {
  const { stack, service, release, state, health, tasks, supervisor, restarts } = container;
  const up =
    state === "running"
      ? `, up ${formatDuration((now.getTime() - Date.parse(container.started_at)) / 1000)}`
      : "";
  const code = container.exit_code === null || state === "completed" ? "" : ` (code ${container.exit_code})`;
  const again = restarts > 0 ? `, restarted ${restarts}×` : "";
  const words = `${stack}/${service}  ${paint(state)}${code}${health === "none" ? "" : ` (${paint(health)})`}${up}${again}, release ${release ?? "none"}`;
  if (tasks === null) {
    const isSilent = supervisor && state === "running";
    return isSilent ? `${words}\n  ${pc.yellow("the supervisor does not answer")}` : words;
  }
  const table = formatTable(
    HEAD,
    tasks.map((task) => formatTask(task, now)),
  );
  return `${words}\n${table.replace(/^/gm, "  ")}`;
}

function formatTask(task: InstanceStatus, now: Date): string[] {
  return [
    task.name,
    paint(task.state),
    task.pid === null ? "-" : String(task.pid),
    task.uptime_seconds === null ? "-" : formatDuration(task.uptime_seconds),
    String(task.restarts),
    task.next_run === null ? "-" : `in ${formatDuration((Date.parse(task.next_run) - now.getTime()) / 1000)}`,
    task.reason ?? (task.health === "none" ? "-" : paint(task.health)),
  ];
}

const COLOURS: Record<string, (text: string) => string> = {
  running: pc.green,
  healthy: pc.green,
  starting: pc.yellow,
  backoff: pc.yellow,
  stopping: pc.yellow,
  restarting: pc.yellow,
  fatal: pc.red,
  unhealthy: pc.red,
  exited: pc.dim,
  stopped: pc.dim,
  waiting: pc.cyan,
};

function paint(word: string): string {
  return COLOURS[word]?.(word) ?? word;
}
