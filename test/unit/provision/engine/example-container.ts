import { type ContainerFacts, parseContainer } from "../../../../provision/engine/container.ts";
import type { EngineView } from "../../../../provision/engine/look.ts";
import { InstanceStatus, type SupervisorStatus } from "../../../../supervisor/protocol/status.ts";

export const NOW = new Date("2026-01-01T01:00:00Z");
const LONGSHORED = ["node", "/usr/local/bin/longshored"];

/** As the scripts print a JSON value, or words ended by NUL. */
export function encode(value: unknown): string {
  const text = Array.isArray(value) ? value.map((word) => `${word}\0`).join("") : JSON.stringify(value);
  return Buffer.from(text).toString("base64");
}

export interface InspectedChanges {
  id?: string;
  stack?: string;
  service?: string;
  state?: string;
  health?: string | undefined;
  output?: string;
  exitCode?: number;
  restart?: string;
  restarts?: number;
  startedAt?: string;
  ports?: Record<string, unknown>;
  labels?: Record<string, string>;
  path?: string;
  args?: string[];
}

/** What the engine says of a container, as far as it is asked. */
export function inspected(changes: InspectedChanges = {}): Record<string, unknown> {
  const { id, stack, service, state, health, exitCode, restart, ...rest } = {
    id: "c".repeat(64),
    stack: "site",
    service: "web",
    state: "running",
    health: "healthy",
    exitCode: 0,
    restart: "unless-stopped",
    ...changes,
  };
  return {
    Id: id,
    Name: `/${stack}-${service}-1`,
    RestartCount: rest.restarts ?? 0,
    Path: rest.path ?? "/usr/local/bin/longshored",
    Args: rest.args ?? [],
    RestartPolicy: { Name: restart, MaximumRetryCount: 0 },
    Ports: rest.ports ?? {},
    Image: `longshore/site/${service}:3f2a9c01d4e5`,
    Labels: { "longshore.stack": stack, "com.docker.compose.service": service, ...rest.labels },
    Healthcheck: null,
    State: {
      Status: state,
      ExitCode: exitCode,
      OOMKilled: false,
      Error: "",
      StartedAt: rest.startedAt ?? "2026-01-01T00:00:00.5Z",
      ...(health === undefined ? {} : { Health: { Status: health, Log: [{ Output: rest.output ?? "" }] } }),
    },
  };
}

/** A container that has run for an hour, under longshored. */
export function makeContainer(changes: Partial<ContainerFacts> = {}): ContainerFacts {
  const container = parseContainer(inspected(), LONGSHORED, []);
  if (container === undefined) throw new Error("the example is no container");
  return { ...container, ...changes };
}

/** A container of something else, such as a database. */
export function makePlain(service: string, changes: Partial<ContainerFacts> = {}): ContainerFacts {
  const name = `site-${service}-1`;
  const plain = { health: "none", pidOne: ["/bin/thing"], tasks: undefined } as const;
  return makeContainer({ id: service, name, service, ...plain, ...changes });
}

export function viewOf(...containers: ContainerFacts[]): EngineView {
  return { now: NOW, noEngine: false, containers };
}

/** What the look script prints of a container. */
export function printContainer(
  changes: InspectedChanges = {},
  { pidOne = LONGSHORED, status }: { pidOne?: string[]; status?: unknown } = {},
): string {
  const json = inspected(changes);
  const lines = [`container=${encode(json)}`, `pidOne=${json.Id} ${encode(pidOne)}`];
  return [...lines, ...(status === undefined ? [] : [`tasks=${json.Id} ${encodeStatus(status)}`]), ""].join(
    "\n",
  );
}

function encodeStatus(status: unknown): string {
  return Buffer.from(JSON.stringify(status)).toString("base64");
}

/** A service that has run for an hour. */
export function makeTask(name: string, changes: Partial<InstanceStatus> = {}): InstanceStatus {
  return InstanceStatus.parse({
    name,
    task: name,
    kind: "service",
    state: "running",
    pid: 17,
    started_at: "2026-01-01T00:00:00Z",
    uptime_seconds: 3600,
    restarts: 0,
    exit_code: null,
    instance: 1,
    exit_signal: null,
    success: null,
    next_run: null,
    health: "none",
    reason: null,
    off: null,
    ...changes,
  });
}

export function supervisor(instances: InstanceStatus[]): SupervisorStatus {
  return {
    version: "0.1.0",
    pid: 1,
    started_at: "2026-01-01T00:00:00Z",
    config_file: "/etc/longshore/tasks.yaml",
    instances,
  };
}
