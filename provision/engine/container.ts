import * as z from "zod";
import { type InstanceStatus, StatusAnswer } from "../../supervisor/protocol/status.ts";
import { LABELS } from "./compose/labels.ts";

/** A container as the engine and its own processes describe it. */
export interface ContainerFacts {
  id: string;
  /** `site-web-1` */
  name: string;
  stack: string;
  /** it was made for a release of ours, and not for a service of a file that Compose includes by itself */
  isOurs: boolean;
  /** the folder from which Compose made it; "" where it does not say */
  folder: string;
  service: string;
  /** the image's name as the container was created */
  image: string;
  /** the engine's word: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead` */
  state: string;
  /** `none`: it declares no healthcheck */
  health: "none" | "starting" | "healthy" | "unhealthy";
  /** what the healthcheck printed the last time */
  healthOutput: string;
  exitCode: number;
  outOfMemory: boolean;
  /** why the engine could not start it */
  error: string;
  /** ISO 8601, by the host's clock; "" where the engine does not say */
  createdAt: string;
  /** ISO 8601, by the host's clock */
  startedAt: string;
  /** starts that the engine made by its restart policy */
  restarts: number;
  /** `no`, `always`, `unless-stopped`, `on-failure` */
  restartPolicy: string;
  /** it publishes ports or declares a healthcheck: it is meant to stay, and not to do one thing and end */
  serves: boolean;
  /** of `docker compose run`: nobody's service */
  isOneOff: boolean;
  /** the command line of its PID 1: as it is where it runs, as it was started otherwise */
  pidOne: readonly string[];
  /** what its supervisor says; undefined where none answers */
  tasks: InstanceStatus[] | undefined;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const Health = z
  .object({
    Status: z.enum(["none", "starting", "healthy", "unhealthy"]).catch("none"),
    Log: z.array(z.object({ Output: z.string() })).nullish(),
  })
  .nullish();

/** What the look script prints of a container. The engine's own names. */
const Inspected = z.object({
  Id: z.string(),
  Name: text,
  Created: text,
  RestartCount: z.number(),
  Path: text,
  Args: z.array(z.string()).nullish(),
  RestartPolicy: z.object({ Name: text }).nullish(),
  Ports: z.record(z.string(), z.unknown()).nullish(),
  Image: z.string(),
  Labels: z.record(z.string(), z.string()),
  Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
  State: z.object({
    Status: z.string(),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    Error: text,
    StartedAt: z.string(),
    Health,
  }),
});

/**
 * Reads what the look script printed of one container. Pure.
 *
 * @param pidOne the command line of its first process; empty where it does not run or cannot be asked
 * @param status what its supervisor answered
 * @returns undefined where it is no container: it went away between the list and the look
 */
export function parseContainer(
  inspected: unknown,
  pidOne: readonly string[],
  status: unknown,
): ContainerFacts | undefined {
  const parsed = Inspected.safeParse(inspected);
  if (!parsed.success) return undefined;
  const { Id, Name, RestartCount, RestartPolicy, Ports, Image, Labels, Healthcheck, State } = parsed.data;
  const asStarted = [parsed.data.Path, ...(parsed.data.Args ?? [])].filter((word) => word !== "");
  const test = Healthcheck?.Test?.[0];
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    isOurs: Labels[LABELS.stack] !== undefined,
    folder: Labels[LABELS.folder] ?? "",
    stack: Labels[LABELS.stack] ?? Labels[LABELS.project] ?? "",
    service: Labels[LABELS.service] ?? "",
    image: Image,
    state: State.Status,
    health: State.Health?.Status ?? "none",
    healthOutput: State.Health?.Log?.at(-1)?.Output.trim() ?? "",
    exitCode: State.ExitCode,
    outOfMemory: State.OOMKilled,
    error: State.Error,
    createdAt: parsed.data.Created,
    startedAt: State.StartedAt,
    restarts: RestartCount,
    // Engine 20.10 reports no policy as "", later ones as "no".
    restartPolicy: RestartPolicy?.Name || "no",
    serves: Object.keys(Ports ?? {}).length > 0 || (test !== undefined && test !== "NONE"),
    isOneOff: Labels["com.docker.compose.oneoff"]?.toLowerCase() === "true",
    pidOne: pidOne.length > 0 ? pidOne : asStarted,
    tasks: StatusAnswer.safeParse(status).data,
  };
}
