import { loadPlan } from "./config/load.ts";
import { formatError } from "./config/user-error.ts";
import type { Instance } from "./core/instance.ts";
import type { PlanDiff } from "./core/plan-diff.ts";
import type { Entry } from "./runtime/entry.ts";
import { loadNative } from "./runtime/native.ts";
import { Output } from "./runtime/output.ts";
import { Reaper } from "./runtime/reaper.ts";
import { applyPlan } from "./runtime/reload.ts";
import { Shutdown } from "./runtime/shutdown.ts";
import { Spawner } from "./runtime/spawn.ts";
import { Supervisor } from "./runtime/supervisor.ts";

export interface RunOptions {
  readonly file: string;
  readonly socket: string;
  readonly version: string;
}

/**
 * Runs a tasks.yaml until the supervisor is told to end.
 * @returns the exit code of the supervisor
 * @throws UserError when it cannot begin: a bad file, a socket in use
 */
export async function runSupervisor({ file, socket, version }: RunOptions): Promise<number> {
  const plan = await loadPlan(file, process.env);
  const output = new Output(1, plan.config.output);
  const log = (message: string): void => output.log(message);
  const native = await loadNative((reason) =>
    log(
      `cannot load the native calls, so orphans are not collected and output goes through sockets: ${reason}`,
    ),
  );
  const reaper = new Reaper(native);
  reaper.start();
  let requestShutdown: (reason: string, exitCode: number) => void = () => {};
  let exitCode = 0;
  const supervisor = new Supervisor(plan, {
    spawner: new Spawner(native, reaper),
    reaper,
    output,
    log,
    requestShutdown: (reason, code) => requestShutdown(reason, code),
  });
  supervisor.onChange((entry, before) => logChange(log, entry, before));

  const shutdown = new Shutdown(supervisor);
  const ended = new Promise<void>((resolve) => {
    requestShutdown = (reason, code) => {
      exitCode ||= code;
      log(`shutting down: ${reason}`);
      void shutdown.begin(supervisor.plan.config.shutdown_timeout).then(resolve);
    };
  });
  const reload = async (): Promise<PlanDiff> => {
    const diff = applyPlan(supervisor, await loadPlan(file, process.env));
    output.use(supervisor.plan.config.output);
    supervisor.memory.update();
    const count = (specs: readonly unknown[], word: string): string => `${specs.length} ${word}`;
    log(
      `reloaded ${file}: ${[count(diff.added, "added"), count(diff.removed, "removed"), count(diff.changed, "changed"), count(diff.adjusted, "adjusted"), count(diff.unchanged, "unchanged")].join(", ")}`,
    );
    return diff;
  };

  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => requestShutdown(signal, 0));
  process.on(
    "SIGHUP",
    () => void reload().catch((error: unknown) => log(`cannot reload: ${formatError(error)}`)),
  );

  const { serveControl } = await import("./control/server.ts");
  const server = await serveControl(socket, {
    supervisor,
    version,
    reload,
    shutdown: () => requestShutdown("asked to", 0),
  });
  log(`longshored ${version} runs ${file} as pid ${process.pid}`);
  supervisor.autostart();

  await ended;
  server.close();
  server.closeAllConnections();
  log("everything has stopped");
  await output.drain();
  return exitCode;
}

function logChange(log: (message: string) => void, { spec, instance }: Entry, before: Instance): void {
  const because = instance.reason === null ? "" : ` (${instance.reason})`;
  if (instance.pid !== null && instance.pid !== before.pid) log(`${spec.name}: started, pid ${instance.pid}`);
  else if (instance.state !== before.state && instance.state !== "starting") {
    log(`${spec.name}: ${instance.state}${because}`);
  }
  if (
    instance.health !== before.health &&
    (instance.health === "healthy" || instance.health === "unhealthy")
  ) {
    log(`${spec.name}: ${instance.health}${because}`);
  }
}
