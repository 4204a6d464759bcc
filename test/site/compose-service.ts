import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { interpolate, type Variables } from "../../shared/interpolate.ts";

/** The keys of compose.yaml's service that `docker run` has options for. */
interface Service {
  environment: Record<string, string>;
  volumes: string[];
  tmpfs: string[];
  mem_limit: string;
  pids_limit: number;
  security_opt: string[];
  cap_drop: string[];
  cap_add: string[];
  read_only: boolean;
  stop_grace_period: string;
  healthcheck: { test: string[]; interval: string; timeout: string; retries: number; start_period: string };
}

/** compose.yaml's service `web`, with the variables filled in. */
export function readService(file: string, variables: Variables): Service {
  const filled = interpolate(readFileSync(file, "utf8"), variables);
  if (!filled.ok) throw new Error(filled.message);
  return parse(filled.value).services.web;
}

/**
 * The options of `docker run` for a service: one container under the very limits that Compose would give it.
 *
 * @param folder stands in for the project directory, where `./config` and `./secrets` are
 * @param volume prefix of the named volumes
 */
export function runArguments(service: Service, folder: string, volume: string): string[] {
  const { healthcheck } = service;
  const each = (option: string, values: readonly string[]) => values.flatMap((value) => [option, value]);
  return [
    ...(service.read_only ? ["--read-only"] : []),
    ...each(
      "--env",
      Object.entries(service.environment).map(([name, value]) => `${name}=${value ?? ""}`),
    ),
    ...each(
      "--volume",
      service.volumes.map((mount) =>
        mount.startsWith("./") ? `${folder}/${mount.slice(2)}` : `${volume}${mount}`,
      ),
    ),
    ...each("--tmpfs", service.tmpfs),
    ...["--memory", service.mem_limit, "--pids-limit", String(service.pids_limit)],
    ...each("--security-opt", service.security_opt),
    ...each("--cap-drop", service.cap_drop),
    ...each("--cap-add", service.cap_add),
    ...["--health-cmd", healthcheck.test.slice(1).join(" "), "--health-interval", healthcheck.interval],
    ...["--health-timeout", healthcheck.timeout, "--health-start-period", healthcheck.start_period],
    ...["--health-retries", String(healthcheck.retries)],
    ...["--stop-timeout", String(Number.parseInt(service.stop_grace_period, 10))],
  ];
}
