import { hostname } from "node:os";
import type { TcpControl } from "./config/tcp-control.ts";
import { formatError, UserError } from "./config/user-error.ts";
import { replaceInTurn } from "./control/rolling-restart.ts";
import type { TcpServer } from "./control/tcp-server.ts";
import type { Instance } from "./core/instance.ts";
import type { PlanDiff } from "./core/plan-diff.ts";
import { Audience } from "./runtime/audience.ts";
import { CgroupTree } from "./runtime/cgroup-tree.ts";
import type { Entry } from "./runtime/entry.ts";
import { EventStream } from "./runtime/event-stream.ts";
import { loadPlanAside } from "./runtime/load-aside.ts";
import { loadNative } from "./runtime/native.ts";
import { Output } from "./runtime/output.ts";
import { PlanReader } from "./runtime/plan-reader.ts";
import { Reaper } from "./runtime/reaper.ts";
import { applyPlan, diffRunning } from "./runtime/reload.ts";
import { Shutdown } from "./runtime/shutdown.ts";
import { Spawner } from "./runtime/spawn.ts";
import { Supervisor } from "./runtime/supervisor.ts";

export interface RunOptions {
  readonly file: string;
  readonly socket: string;
  readonly stateDir: string;
  readonly version: string;
}

/** How long the end waits for notify targets to take what they have not been told yet (ms). */
const lastWords = 2_000;

const endSignals = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;

/**
 * Runs a tasks.yaml until the supervisor is told to end.
 * @returns the exit code of the supervisor
 * @throws UserError when it cannot begin: a bad file, a socket in use
 */
export async function runSupervisor({ file, socket, stateDir, version }: RunOptions): Promise<number> {
  const output = new Output(1, { format: "text", timestamps: false });
  const log = (message: string): void => output.log(message);
  const native = await loadNative((reason) =>
    log(
      `cannot load the native calls, so orphans are not collected and output goes through sockets: ${reason}`,
    ),
  );
  const reaper = new Reaper(native);
  reaper.start();
  // As PID 1 a signal without a handler means nothing; nothing runs yet that would have to be stopped.
  const leave = (): never => process.exit(0);
  for (const signal of endSignals) process.on(signal, leave);
  let isChanged = false;
  const noteChange = (): void => {
    isChanged = true;
  };
  process.on("SIGHUP", noteChange);
  const cgroups = native === undefined ? undefined : await CgroupTree.open(native, reaper, log);
  const spawner = new Spawner(native, reaper, cgroups);
  const [plan, { serveControl }] = await Promise.all([
    loadPlanAside(file, spawner),
    import("./control/server.ts"),
  ]);
  for (const signal of endSignals) process.off(signal, leave);
  output.use(plan.config.output);
  let requestShutdown: (reason: string, exitCode: number) => void = () => {};
  let exitCode = 0;
  let endsAt = Number.POSITIVE_INFINITY;
  const supervisor = new Supervisor(plan, {
    spawner,
    reaper,
    output,
    log,
    requestShutdown: (reason, code) => requestShutdown(reason, code),
    stateDir,
    host: process.env.LONGSHORE_HOST || hostname(),
  });
  supervisor.onChange((entry, before) => logChange(log, entry, before));
  const events = new EventStream(supervisor);
  const audience = new Audience(events, spawner, log);
  audience.invite(plan.config);

  const shutdown = new Shutdown(supervisor);
  const ended = new Promise<readonly Entry[]>((resolve) => {
    requestShutdown = (reason, code) => {
      exitCode ||= code;
      endsAt = Math.min(endsAt, Date.now() + supervisor.plan.config.shutdown_timeout);
      log(`shutting down: ${reason}`);
      void shutdown.begin(supervisor.plan.config.shutdown_timeout).then(resolve);
    };
  });
  const reader = new PlanReader(() => loadPlanAside(file, spawner));
  const reload = async ({ dryRun = false, rolling = false } = {}): Promise<PlanDiff> => {
    const fresh = await reader.fresh();
    // Another one who asked has applied it.
    const isApplied = (): boolean => fresh === supervisor.plan;
    if (dryRun || isApplied()) return diffRunning(supervisor, fresh);
    if (supervisor.isClosing)
      throw new UserError("shutting_down", "cannot reload: everything is being stopped");
    await serveTcp(fresh.config.control);
    if (isApplied()) return diffRunning(supervisor, fresh);
    const { diff, held } = applyPlan(supervisor, fresh, rolling);
    output.use(fresh.config.output);
    audience.invite(fresh.config);
    supervisor.memory.update();
    const summary = summarise(diff);
    log(`reloaded ${file}: ${summary}`);
    events.announce("reloaded", summary);
    await replaceInTurn(supervisor, fresh, held);
    return diff;
  };

  for (const signal of endSignals) process.on(signal, () => requestShutdown(signal, 0));
  let reported: unknown;
  const reloadByItself = (): void =>
    void reload().catch((error) => {
      // Several signals may have had one answer.
      if (error !== reported) log(`cannot reload: ${formatError(error)}`);
      reported = error;
    });
  process.off("SIGHUP", noteChange);
  process.on("SIGHUP", reloadByItself);

  // At SIGUSR1 Node would open its debugger to the machine. SIGUSR2 ends a process that does not expect it, and the
  // logrotate files of supervisord send it.
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const)
    process.on(signal, () => log(`${signal} means nothing here`));

  const target = { supervisor, version, events, reload, shutdown: () => requestShutdown("asked to", 0) };
  let tcp: TcpServer | undefined;
  const serveTcp = async (settings: TcpControl | undefined): Promise<void> => {
    if (settings === undefined && tcp === undefined) return;
    const { TcpServer } = await import("./control/tcp-server.ts");
    tcp ??= new TcpServer(target);
    await tcp.use(settings);
  };
  const server = await serveControl(socket, target);
  await serveTcp(plan.config.control);
  log(`longshored ${version} runs ${file} as pid ${process.pid}`);
  supervisor.autostart();
  void supervisor.jobs.boot();
  if (isChanged) reloadByItself();

  const left = await ended;
  await supervisor.jobs.drain();
  tcp?.close();
  server.close();
  server.closeAllConnections();
  const patience = Math.min(Math.max(endsAt - Date.now(), 500), lastWords);
  await Promise.all([readToTheEnd(supervisor), audience.settle(patience)]);
  cgroups?.close();
  log(left.length === 0 ? "everything has stopped" : `cannot end ${left.map(describeLeft).join(", ")}`);
  await output.drain();
  return exitCode || (left.length === 0 ? 0 : 1);
}

/** What the tasks wrote last may still be in their pipes; a descriptor that leaked to a stranger is not waited for. */
async function readToTheEnd({ fleet }: Supervisor): Promise<void> {
  const deadline = Date.now() + 500;
  while (Date.now() < deadline && [...fleet.entries].some(({ capture }) => !capture.isDone)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function describeLeft({ spec, group }: Entry): string {
  return `${spec.name} (pid ${group})`;
}

function summarise({ added, removed, changed, adjusted, unchanged }: PlanDiff): string {
  const counts = Object.entries({ added, removed, changed, adjusted, unchanged });
  return counts.map(([word, specs]) => `${specs.length} ${word}`).join(", ");
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
