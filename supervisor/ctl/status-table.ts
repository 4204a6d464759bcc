import type picocolors from "picocolors";
import { formatDuration } from "../../shared/duration-text.ts";
import { makeOneLine } from "../../shared/visible-text.ts";
import type { InstanceStatus } from "../protocol/status.ts";
import { renderTable } from "./plain-table.ts";

/** picocolors' functions, with or without colour. */
export type Colors = ReturnType<typeof picocolors.createColors>;

const columns = ["NAME", "STATE", "PID", "UPTIME", "RESTARTS", "NEXT-RUN", "HEALTH", ""];

/** The table of `longshorectl status`; the last column says why a task is not as it should be. */
export function renderStatusTable(instances: readonly InstanceStatus[], colors: Colors): string {
  return renderTable(
    columns,
    instances.map((instance) => rowOf(instance, colors)),
  );
}

function rowOf(instance: InstanceStatus, colors: Colors): string[] {
  return [
    instance.name,
    colorOf(instance, colors)(instance.state),
    instance.pid === null ? "-" : String(instance.pid),
    instance.uptime_seconds === null ? "-" : formatUptime(instance.uptime_seconds),
    String(instance.restarts),
    instance.next_run === null ? "-" : instance.next_run.slice(0, 16).replace("T", " "),
    instance.health === "none" ? "-" : instance.health,
    makeOneLine(instance.reason ?? ""),
  ];
}

function colorOf({ state, health }: InstanceStatus, colors: Colors): (text: string) => string {
  if (state === "fatal" || health === "unhealthy") return colors.red;
  if (state === "running" && health !== "starting") return colors.green;
  if (state === "starting" || state === "backoff" || state === "stopping") return colors.yellow;
  return colors.dim;
}

/** The two largest units: `3d4h`, `5m12s`. */
function formatUptime(seconds: number): string {
  return /^(?:\d+[a-z]+){1,2}/.exec(formatDuration(seconds * 1_000))?.[0] ?? "";
}
