import * as z from "zod";
import { InstanceStatus, StatusAnswer } from "../../supervisor/protocol/status.ts";
import { HostError } from "../run/host-error.ts";

/** A container as `status` reports it. */
export const ContainerStatus = z.object({
  stack: z.string(),
  service: z.string().describe("of compose.yaml"),
  release: z
    .string()
    .nullable()
    .describe("the stack's current release on the host; null before the first deploy ended well"),
  image: z.string(),
  state: z.string().describe("the engine's word, or `completed`: ended with code 0 and need not run again"),
  health: z.string().describe("`none`, `starting`, `healthy`, `unhealthy`"),
  started_at: z.string(),
  restarts: z.number(),
  tasks: z
    .array(InstanceStatus)
    .nullable()
    .describe("null where the supervisor does not answer, or the container has none"),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

/** One host of `longshore status --json`. */
export const HostStatus = z.object({
  host: z.string().describe("its name in the inventory"),
  status: z
    .enum(["ok", "degraded", "empty", "failed", "unreachable"])
    .describe("`degraded`: something does not run as it should. `empty`: nothing is deployed"),
  containers: z.array(ContainerStatus),
  error: HostError.optional(),
});
export type HostStatus = z.infer<typeof HostStatus>;

const Inspected = z.object({
  Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
  RestartCount: z.number(),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string() }) }),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    StartedAt: z.string(),
    Health: z.object({ Status: z.string() }).optional(),
  }),
});

const NO_ENGINE = {
  code: "docker_missing",
  message: "Docker Engine is installed and does not answer",
  hint: "run provision: it starts the engine",
};

/** Reads what the status script printed. Pure. */
export function parseStatus(host: string, output: string): HostStatus {
  const lines = output.split("\n").map((line) => line.split(" "));
  const releases = new Map(
    lines.filter(([kind]) => kind === "release").map(([, stack = "", id = ""]) => [stack, id]),
  );
  if (lines.some(([kind]) => kind === "noengine"))
    return { host, status: "failed", containers: [], error: NO_ENGINE };
  const containers: ContainerStatus[] = [];
  for (const [index, [kind, payload = ""]] of lines.entries()) {
    if (kind !== "container") continue;
    const inspected = Inspected.safeParse(decode(payload));
    // Gone between the list and the look: a deploy is under way.
    if (!inspected.success) continue;
    const tasks = StatusAnswer.safeParse(decode(lines[index + 1]?.[1] ?? ""));
    const { Config, State, RestartCount } = inspected.data;
    const stack = Config.Labels["longshore.stack"] ?? "";
    containers.push({
      stack,
      service: Config.Labels["com.docker.compose.service"] ?? "",
      release: releases.get(stack) ?? null,
      image: Config.Image,
      state: isCompleted(inspected.data) ? "completed" : State.Status,
      health: State.Health?.Status ?? "none",
      started_at: State.StartedAt,
      restarts: RestartCount,
      tasks: tasks.data ?? null,
    });
  }
  return { host, status: judge(containers), containers };
}

/** A service without a restart policy that ended with code 0, such as a migration. */
function isCompleted({ State, HostConfig }: z.infer<typeof Inspected>): boolean {
  return (
    State.Status === "exited" && State.ExitCode === 0 && ["", "no"].includes(HostConfig.RestartPolicy.Name)
  );
}

function judge(containers: ContainerStatus[]): HostStatus["status"] {
  if (containers.length === 0) return "empty";
  const good = containers.every(
    ({ state, health, tasks }) =>
      (state === "running" || state === "completed") &&
      health !== "unhealthy" &&
      !tasks?.some((task) => task.state === "fatal" || task.health === "unhealthy"),
  );
  return good ? "ok" : "degraded";
}

function decode(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, "base64").toString("utf8"));
  } catch {
    return undefined;
  }
}
