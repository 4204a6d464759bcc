import type { InstanceStatus, SupervisorStatus } from "../../../supervisor/protocol/status.ts";

/** As the status script prints a JSON value. */
export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64");
}

/** What `docker inspect` says of a container, as far as it is read. */
export function inspected(
  changes: {
    stack?: string;
    service?: string;
    state?: string;
    health?: string | undefined;
    exitCode?: number;
    restart?: string;
  } = {},
): unknown {
  const { stack, service, state, health, exitCode, restart } = {
    stack: "site",
    service: "web",
    state: "running",
    health: "healthy",
    exitCode: 0,
    restart: "unless-stopped",
    ...changes,
  };
  return {
    Id: "c".repeat(64),
    Config: {
      Image: `longshore/${stack}-${service}:3f2a9c01d4e5`,
      Labels: { "longshore.stack": stack, "com.docker.compose.service": service },
    },
    RestartCount: 0,
    HostConfig: { RestartPolicy: { Name: restart } },
    State: {
      Status: state,
      ExitCode: exitCode,
      StartedAt: "2026-01-01T00:00:00.5Z",
      ...(health === undefined ? {} : { Health: { Status: health, Log: [] } }),
    },
  };
}

/** A service that has run for an hour. */
export function makeTask(name: string, changes: Partial<InstanceStatus> = {}): InstanceStatus {
  return {
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
    failures: 0,
    recent_failures: 0,
    settling_seconds: 3,
    overdue: false,
    ...changes,
  };
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
