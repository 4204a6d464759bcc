import { hostname } from "node:os";
import type { ControlTarget } from "./control/handler.ts";
import { describeChange } from "./daemon/describe-change.ts";
import { Ending } from "./daemon/ending.ts";
import { Reloader } from "./daemon/reloader.ts";
import { Signals } from "./daemon/signals.ts";
import { TcpOnDemand } from "./daemon/tcp-on-demand.ts";
import type { Entry } from "./runtime/entry.ts";
import { EventStream } from "./runtime/event-stream.ts";
import { Jobs } from "./runtime/jobs/jobs.ts";
import { loadPlanAside } from "./runtime/load/load-aside.ts";
import { Audience } from "./runtime/notify/audience.ts";
import { Output } from "./runtime/output/output.ts";
import { CgroupTree } from "./runtime/process/cgroup/cgroup-tree.ts";
import { endEarlier } from "./runtime/process/leftovers/earlier.ts";
import { Reaper } from "./runtime/process/leftovers/reaper.ts";
import { Marker } from "./runtime/process/leftovers/run-mark.ts";
import { loadNative } from "./runtime/process/native.ts";
import { Spawner } from "./runtime/process/spawn.ts";
import { Supervisor } from "./runtime/supervisor.ts";

export interface RunOptions {
  readonly file: string;
  readonly socket: string;
  readonly stateDir: string;
  readonly version: string;
}

/** How long the end waits for notify targets to take what they have not been told yet (ms). */
const lastWords = 2_000;
/** How long it waits for what tasks wrote last (ms), and at least for the targets. */
const lastLines = 500;

/**
 * Runs a tasks.yaml until the supervisor is told to end.
 * @returns the exit code of the supervisor
 * @throws UserError when it cannot begin: a bad file, a socket in use
 */
export async function runSupervisor({ file, socket, stateDir, version }: RunOptions): Promise<number> {
  const output = new Output(1, { format: "text", timestamps: false });
  const log = (message: string): void => output.log(message);
  let exit = (exitCode: number): void => process.exit(exitCode);
  let killAsides = (): void => {};
  const leave = (exitCode: number): void => {
    killAsides();
    exit(exitCode);
  };
  const signals = new Signals(log, () => leave(0));
  const native = await loadNative((reason) =>
    log(
      `cannot load the native calls, so orphans are not collected and output goes through sockets: ${reason}`,
    ),
  );
  if (native !== undefined) {
    exit = native.exit;
    signals.ignoreRest(native.ignoreSignal);
  }
  const reaper = new Reaper(native, new Marker(socket));
  reaper.start();
  const cgroups = native === undefined ? undefined : await CgroupTree.open(native, reaper, log);
  const spawner = new Spawner(native, reaper, cgroups);
  killAsides = () => spawner.asides.killAll();
  const [plan, { serveControl }] = await Promise.all([
    loadPlanAside(file, spawner),
    import("./control/server.ts"),
  ]);
  output.use(plan.config.output);

  const host = process.env.LONGSHORE_HOST || hostname();
  const requestShutdown = (reason: string, exitCode?: number): void => ending.request(reason, exitCode);
  const supervisor = new Supervisor(plan, { spawner, reaper, output, log, requestShutdown });
  const jobs = new Jobs(supervisor, { spawner, log, stateDir, host });
  const ending = new Ending(supervisor, jobs, log, leave);
  signals.onEnd(requestShutdown);
  supervisor.onChange((entry, before) => {
    for (const line of describeChange(entry, before)) log(line);
  });
  const events = new EventStream(supervisor, jobs);
  const audience = new Audience(events, spawner, log);
  audience.invite(plan.config);

  const reloader = new Reloader(supervisor, {
    read: () => loadPlanAside(file, spawner),
    prepare: (config) => tcp.use(config.control),
    adopt: (config) => {
      output.use(config.output);
      audience.invite(config);
      supervisor.memory.update();
      jobs.update();
    },
    announce: (summary) => {
      log(`reloaded ${file}: ${summary}`);
      events.announce("reloaded", summary);
    },
    log,
  });
  const target: ControlTarget = {
    supervisor,
    jobs,
    version,
    events,
    reload: (options) => reloader.reload(options),
    shutdown: () => requestShutdown("asked to"),
  };
  const tcp = new TcpOnDemand(target);
  const server = await serveControl(socket, target);
  await tcp.use(plan.config.control);
  log(`longshored ${version} runs ${file} as pid ${process.pid}`);
  reloader.warn(plan);
  await endEarlier({
    reaper,
    stopWayOf: (id) => supervisor.stopWayOf(id),
    isHurried: () => supervisor.isClosing,
    log,
  });
  supervisor.autostart();
  void jobs.boot();
  signals.onReload(() => reloader.reloadUnasked());

  const left = await ending.stopped;
  await jobs.drain();
  tcp.close();
  server.close();
  server.closeAllConnections();
  const patience = Math.min(Math.max(ending.timeLeft, lastLines), lastWords);
  await Promise.all([readToTheEnd(supervisor), audience.settle(patience)]);
  await spawner.asides.endAll();
  cgroups?.close();
  log(left.length === 0 ? "everything has stopped" : `cannot end ${left.map(describeLeft).join(", ")}`);
  const exitCode = ending.exitCode || (left.length === 0 ? 0 : 1);
  const isWritten = await output.drain(Math.max(ending.timeLeft, lastLines));
  if (!isWritten) leave(exitCode);
  return exitCode;
}

/** What the tasks wrote last may still be in their pipes; a descriptor that leaked to a stranger is not waited for. */
async function readToTheEnd({ entries }: Supervisor): Promise<void> {
  const deadline = performance.now() + lastLines;
  while (performance.now() < deadline && [...entries.all].some(({ capture }) => !capture.isDone)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function describeLeft({ spec, group }: Entry): string {
  return `${spec.name} (pid ${group})`;
}
