import { hostname, userInfo } from "node:os";
import type Docker from "dockerode";
import { UserError } from "../../shared/user-error.ts";
import { type Connection, run } from "../connection/connection.ts";
import { dockerOf } from "../connection/docker.ts";
import { engineSilent } from "../connection/limit-docker.ts";
import { addressOf } from "../connection/open.ts";
import { describeStart, type ServiceContainer } from "../engine/compose/describe-start.ts";
import { LABELS } from "../engine/compose/labels.ts";
import { judgeStack } from "../engine/judge-stack.ts";
import type { Action, ActionContext, Planner } from "../fleet/action.ts";
import { PATIENCE } from "../host/facts/engine-script.ts";
import type { Facts, StackFacts } from "../host/facts/facts.ts";
import { gatherFacts } from "../host/facts/gather.ts";
import { checkBaseImages } from "../image/availability.ts";
import { hasImage } from "../image/engine.ts";
import type { WantedImage } from "../image/image.ts";
import type { ImageStore } from "../image/image-store.ts";
import { shipImage } from "../image/ship.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { type Drift, findDrift } from "../release/difference.ts";
import { composeArgv, layoutOf } from "../release/layout.ts";
import { takeDeployLock } from "../release/lock.ts";
import type { Release } from "../release/release.ts";
import { activateRelease, parseHistory, syncRelease } from "../release/store.ts";
import { HostCheck } from "./check-host.ts";
import { requestEndpoint } from "./checks/endpoint.ts";
import { preflightAction } from "./checks/preflight.ts";
import { endSharedPorts } from "./checks/shared-ports.ts";
import { refuseStrangers } from "./checks/strangers.ts";
import { restoreRelease } from "./restore.ts";

/** What a deploy needs to know beside the host. */
export interface Deployment {
  releases: Map<string, Release>;
  images: ImageStore;
}

/** Compares a host with its release, and lists what brings it there. */
export function planDeploy(deployment: Deployment, host: InventoryHost): Planner {
  return async (connection) => {
    const release = deployment.releases.get(host.name);
    if (release === undefined) throw new Error(`no release was made for ${host.name}`);
    const { settings } = release;
    const facts = await gatherFacts(connection, {
      name: release.stack,
      supervisor: settings.supervisor ?? "",
    });
    if (facts.docker.hung) throw engineSilent(host.name, PATIENCE);
    if (facts.docker.serverVersion === undefined || facts.docker.composeVersion === undefined) {
      throw new UserError("docker_missing", `Docker Engine with Compose does not answer on ${host.name}`, {
        hint: "run provision first",
      });
    }
    const stack = facts.stack as StackFacts;
    refuseStrangers(host.name, release.stack, stack.view.containers);
    return new HostDeploy(deployment, release, host, connection, facts, stack).plan();
  };
}

class HostDeploy {
  private readonly docker: Docker;
  private readonly drift: Drift;
  private readonly check: HostCheck;
  private locking: Promise<void> | undefined;

  constructor(
    readonly deployment: Deployment,
    readonly release: Release,
    readonly host: InventoryHost,
    readonly connection: Connection,
    readonly facts: Facts,
    readonly stack: StackFacts,
  ) {
    this.docker = dockerOf(connection);
    this.drift = findDrift(release, stack);
    this.check = new HostCheck(release, connection, addressOf(host));
  }

  plan(): Action[] {
    const { files, release, containers, reload } = this.drift;
    const certificateDue = this.isCertificateDue();
    const mustStart = release || containers.length > 0;
    const actions: Action[] = [];
    if (mustStart) {
      actions.push(
        preflightAction({
          release: this.release,
          connection: this.connection,
          docker: this.docker,
          composeVersion: this.facts.docker.composeVersion ?? "",
        }),
      );
      actions.push(...this.release.images.map((image) => this.imageAction(image)));
    }
    if (files.length > 0 || release) actions.push(this.syncAction());
    if (mustStart) actions.push(this.containersAction());
    else if (reload) actions.push(this.reloadAction());
    if (certificateDue) actions.push(this.certificateAction());
    return [...actions, this.checkAction(actions.length > 0)];
  }

  /** The job is cheap where nothing is due; it must run after a change of domains or server, which are variables. */
  private isCertificateDue(): boolean {
    if (this.release.settings.tls.mode !== "acme") return false;
    const inputs = ["current/.env", "config/acme-ca.pem"];
    return this.certificateExitCode() !== 0 || this.drift.files.some((file) => inputs.includes(file));
  }

  /** Of the last run of the certificate job; undefined where none ran since the container's start. */
  private certificateExitCode(): number | undefined {
    const { supervisor, tls } = this.release.settings;
    const tasks = this.stack.view.containers
      .filter(({ service }) => service === supervisor)
      .flatMap((container) => container.tasks ?? []);
    return tasks.find(({ task }) => task === tls.job)?.exit_code ?? undefined;
  }

  private imageAction(image: WantedImage): Action {
    const { name } = image;
    return {
      title: `image ${name}`,
      isChange: false,
      rehearse: async () => {
        if (await hasImage(this.docker, name)) return undefined;
        const builder = await this.deployment.images.builderFor(this.facts.architecture, this.connection);
        if (!(await hasImage(builder.docker, name))) await checkBaseImages(builder, image);
        return undefined;
      },
      run: async ({ progress, note }) => {
        if (await hasImage(this.docker, name)) return note("there already");
        const builder = await this.deployment.images.build(
          image,
          this.facts.architecture,
          this.connection,
          progress,
        );
        if (await hasImage(this.docker, name)) return note("built");
        progress("shipping");
        const archive = await this.deployment.images.archive(image, this.facts.architecture, builder);
        const { layers, bytes } = await shipImage(archive, this.docker, name);
        note(`shipped ${layers} ${layers === 1 ? "layer" : "layers"}, ${formatBytes(bytes)}`);
      },
    };
  }

  private syncAction(): Action {
    return {
      title: `release ${this.release.id}`,
      isChange: true,
      details: this.drift.files.map((file) => `+ ${layoutOf(this.release.stack).root}/${file}`),
      run: async ({ note }) => {
        await this.lock();
        await syncRelease(this.connection, this.release, new Date());
        const names = this.drift.files.map((file) => file.replace(/^current\//, ""));
        if (this.stack.current !== undefined && names.length > 0) note(names.join(", "));
      },
    };
  }

  private containersAction(): Action {
    const supervisor = this.supervisor();
    return {
      title: "containers",
      isChange: true,
      run: async ({ progress, tell, note }) => {
        await this.lock();
        const before = await this.containers();
        await this.start({ progress, tell });
        const after = await this.containers();
        const fresh = [...after].filter(([id]) => before.get(id)?.isRunning !== true);
        const started = fresh.map(([, { service }]) => service);
        note(describeStart(started, [...after.values()]));
        // A container that has just been started has read the new files.
        if (this.drift.reload && supervisor !== undefined && !started.includes(supervisor)) {
          note(await this.reload());
          await this.check.waitGood({ progress, tell }, { isReload: true });
        }
        await this.activate();
      },
    };
  }

  /** Starts the release; where it does not become healthy, the one that ran before is brought back. */
  private async start(context: Pick<ActionContext, "progress" | "tell">): Promise<void> {
    const { stack, id } = this.release;
    const { connection } = this;
    const { progress } = context;
    try {
      const argv = composeArgv(
        stack,
        `${layoutOf(stack).releases}/${id}`,
        "up",
        "--detach",
        "--no-build",
        "--remove-orphans",
      );
      await run(connection, argv, { become: true, onLine: progress, title: "docker compose up" }).catch(
        async (error: unknown) => {
          throw await this.check.explain(error);
        },
      );
      await this.check.waitGood(context);
      await endSharedPorts(connection, this.docker, stack);
    } catch (error) {
      const previous = this.stack.current === id ? undefined : this.stack.current;
      const waitGood = () => this.check.waitGood(context, { wanted: this.stack.wanted });
      throw await restoreRelease(error, previous, { connection, stack, waitGood, progress });
    }
  }

  /** New files are there; where the stack has no supervisor, they are for the next start. */
  private reloadAction(): Action {
    return {
      title: this.supervisor() === undefined ? "configuration" : "supervisor",
      isChange: true,
      run: async ({ progress, tell, note }) => {
        await this.lock();
        if (this.supervisor() !== undefined) {
          note(await this.reload());
          await this.check.waitGood({ progress, tell }, { isReload: true });
        }
        await this.activate();
      },
    };
  }

  /** The service whose PID 1 is longshored, where the stack needs one. */
  private supervisor(): string | undefined {
    const { settings, services } = this.release;
    const { supervisor } = settings;
    return supervisor !== undefined && services[supervisor]?.supervisor ? supervisor : undefined;
  }

  /** Returns what the supervisor says of it. */
  private async reload(): Promise<string> {
    const { stdout } = await this.inContainer("reload", ["longshorectl", "reload"]);
    return stdout.trim().split("\n").at(-1) || "reloaded";
  }

  private certificateAction(): Action {
    const { tls, endpoints } = this.release.settings;
    const url = endpoints.find((endpoint) => endpoint.startsWith("https:"));
    return {
      title: "certificate",
      isChange: false,
      run: async ({ progress, note }) => {
        progress(`asking ${tls.server} for ${tls.domains.join(", ")}`);
        await this.inContainer(`the job ${tls.job}`, ["longshorectl", "run", tls.job, "--wait"], progress);
        if (url === undefined) return;
        const { certificate } = await requestEndpoint(this.connection, addressOf(this.host), url);
        if (certificate?.selfSigned) {
          throw new UserError(
            "certificate_missing",
            `${url} of ${this.host.name} still shows a self-signed certificate`,
          );
        }
        note(`by ${certificate?.issuer}, until ${certificate?.validTo.slice(0, 10)}`);
      },
    };
  }

  /** Asked always, also where nothing has to be changed: what serves is seen, not supposed. */
  private checkAction(isChanged: boolean): Action {
    const { endpoints } = this.release.settings;
    const seen = judgeStack(this.release.services, this.stack.view);
    return {
      title: endpoints.length > 0 ? "endpoints" : "state",
      isChange: false,
      isCheck: true,
      // What a change brings cannot be seen before it is made.
      rehearse: async (context) => {
        if (!isChanged) await this.check.rehearse(seen, context);
        return undefined;
      },
      run: (context) => this.check.check(seen, isChanged, context),
    };
  }

  private async activate(): Promise<void> {
    const entry = { deployed_at: new Date().toISOString(), by: `${userInfo().username}@${hostname()}` };
    await activateRelease(this.connection, this.release, parseHistory(this.stack.history), entry);
  }

  /** The stack's containers by id, also those that have ended. */
  private async containers(): Promise<Map<string, ServiceContainer>> {
    const filters = { label: [`${LABELS.project}=${this.release.stack}`] };
    const containers = await this.docker.listContainers({ all: true, filters });
    return new Map(
      containers.map(({ Id, Labels, State }) => [
        Id,
        { service: Labels[LABELS.service] ?? "", isRunning: State === "running" },
      ]),
    );
  }

  private async inContainer(title: string, argv: string[], onLine?: (line: string) => void) {
    const { supervisor } = this.release.settings;
    const containers = await this.containers();
    const id = [...containers].find(([, { service, isRunning }]) => isRunning && service === supervisor)?.[0];
    if (id === undefined) throw new UserError("not_running", `no container of ${supervisor} is running`);
    return run(this.connection, ["docker", "exec", id, ...argv], { become: true, title, onLine });
  }

  /** Taken by the first action that changes something, and held to the end. */
  private lock(): Promise<void> {
    this.locking ??= takeDeployLock(this.connection, this.release.stack);
    return this.locking;
  }
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1_000_000)} MB`;
}
