import { hostname, userInfo } from "node:os";
import type Docker from "dockerode";
import { UserError } from "../../supervisor/config/user-error.ts";
import { type Connection, run } from "../connection/connection.ts";
import { dockerOf } from "../connection/docker.ts";
import { addressOf } from "../connection/open.ts";
import type { Facts, StackFacts } from "../facts/facts.ts";
import { gatherFacts } from "../facts/gather.ts";
import { hasImage } from "../image/engine.ts";
import { shipImage } from "../image/ship.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Action, Planner } from "../run/action.ts";
import { type Drift, findDrift } from "./drift.ts";
import { requestEndpoint } from "./endpoint.ts";
import { waitHealthy } from "./health.ts";
import type { ImageStore } from "./image-store.ts";
import { composeArgv, layoutOf } from "./layout.ts";
import { takeDeployLock } from "./lock.ts";
import type { Release } from "./release.ts";
import { restoreRelease } from "./restore.ts";
import { activateRelease, parseHistory, syncRelease } from "./sync.ts";

/** What a deploy needs to know beside the host. */
export interface Deployment {
  services: string[];
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
      supervisor: settings.supervisor,
      certificateJob: settings.tls.mode === "acme" ? settings.tls.job : "",
    });
    if (facts.docker.serverVersion === undefined || facts.docker.composeVersion === undefined) {
      throw new UserError("docker_missing", `Docker Engine with Compose does not answer on ${host.name}`, {
        hint: "run provision first",
      });
    }
    return new HostDeploy(deployment, release, host, connection, facts, facts.stack as StackFacts).plan();
  };
}

class HostDeploy {
  readonly #docker: Docker;
  readonly #drift: Drift;
  #locking: Promise<void> | undefined;

  constructor(
    readonly deployment: Deployment,
    readonly release: Release,
    readonly host: InventoryHost,
    readonly connection: Connection,
    readonly facts: Facts,
    readonly stack: StackFacts,
  ) {
    this.#docker = dockerOf(connection);
    this.#drift = findDrift(release, deployment.services, stack);
  }

  plan(): Action[] {
    const { files, release, containers, reload } = this.#drift;
    const certificateDue = this.#isCertificateDue();
    const mustStart = release || containers.length > 0;
    if (files.length === 0 && !mustStart && !certificateDue) return [];
    const actions: Action[] = [];
    if (mustStart) actions.push(...this.release.images.map((image) => this.#imageAction(image.name)));
    if (files.length > 0 || release) actions.push(this.#syncAction());
    if (mustStart) actions.push(this.#containersAction());
    else if (reload) actions.push(this.#reloadAction());
    if (certificateDue) actions.push(this.#certificateAction());
    if (this.release.settings.endpoints.length > 0) actions.push(this.#endpointsAction());
    return actions;
  }

  /** The job is cheap where nothing is due; it must run after a change of domains or server, which are variables. */
  #isCertificateDue(): boolean {
    if (this.release.settings.tls.mode !== "acme") return false;
    const inputs = ["current/.env", "config/acme-ca.pem"];
    return this.stack.certificateExitCode !== 0 || this.#drift.files.some((file) => inputs.includes(file));
  }

  #imageAction(name: string): Action {
    const image = this.release.images.find((wanted) => wanted.name === name);
    return {
      title: `image ${name}`,
      isChange: false,
      run: async ({ progress, note }) => {
        if (image === undefined || (await hasImage(this.#docker, name))) return note("there already");
        const builder = await this.deployment.images.build(
          image,
          this.facts.architecture,
          this.connection,
          progress,
        );
        if (await hasImage(this.#docker, name)) return note("built");
        progress("shipping");
        const archive = await this.deployment.images.archive(image, this.facts.architecture, builder);
        const { layers, bytes } = await shipImage(archive, this.#docker, name);
        note(`shipped ${layers} ${layers === 1 ? "layer" : "layers"}, ${formatBytes(bytes)}`);
      },
    };
  }

  #syncAction(): Action {
    return {
      title: `release ${this.release.id}`,
      isChange: true,
      details: this.#drift.files.map((file) => `+ ${layoutOf(this.release.stack).root}/${file}`),
      run: async ({ note }) => {
        await this.#lock();
        await syncRelease(this.connection, this.release, new Date());
        const names = this.#drift.files.map((file) => file.replace(/^current\//, ""));
        if (this.stack.current !== undefined && names.length > 0) note(names.join(", "));
      },
    };
  }

  #containersAction(): Action {
    const { settings } = this.release;
    return {
      title: "containers",
      isChange: true,
      run: async ({ progress, note }) => {
        await this.#lock();
        const before = await this.#containerIds();
        await this.#start(progress);
        const after = await this.#containerIds();
        const recreated = [...after].filter(([id]) => !before.has(id)).map(([, service]) => service);
        note(recreated.length > 0 ? `started ${recreated.join(", ")}; healthy` : "none had to be replaced");
        // A container that has just been started has read the new files.
        if (this.#drift.reload && !recreated.includes(settings.supervisor)) note(await this.#reload());
        await this.#activate();
      },
    };
  }

  /** Starts the release; where it does not become healthy, the one that ran before is brought back. */
  async #start(progress: (line: string) => void): Promise<void> {
    const { stack, settings, id } = this.release;
    const { services } = this.deployment;
    const timeoutSeconds = settings.deploy_timeout;
    try {
      const argv = composeArgv(
        stack,
        `${layoutOf(stack).releases}/${id}`,
        "up",
        "--detach",
        "--no-build",
        "--remove-orphans",
      );
      await run(this.connection, argv, { become: true, onLine: progress, title: "docker compose up" });
      await waitHealthy(this.#docker, stack, services, timeoutSeconds, progress);
    } catch (error) {
      const previous = this.stack.current === id ? undefined : this.stack.current;
      const { connection } = this;
      throw await restoreRelease(error, previous, {
        connection,
        docker: this.#docker,
        stack,
        services,
        timeoutSeconds,
        progress,
      });
    }
  }

  #reloadAction(): Action {
    return {
      title: "supervisor",
      isChange: true,
      run: async ({ note }) => {
        await this.#lock();
        note(await this.#reload());
        await this.#activate();
      },
    };
  }

  /** Returns what the supervisor says of it. */
  async #reload(): Promise<string> {
    const { stdout } = await this.#inContainer("reload", ["longshorectl", "reload"]);
    return stdout.trim().split("\n").at(-1) || "reloaded";
  }

  #certificateAction(): Action {
    const { tls, endpoints } = this.release.settings;
    const url = endpoints.find((endpoint) => endpoint.startsWith("https:"));
    return {
      title: "certificate",
      isChange: false,
      run: async ({ progress, note }) => {
        progress(`asking ${tls.server} for ${tls.domains.join(", ")}`);
        await this.#inContainer(`the job ${tls.job}`, ["longshorectl", "run", tls.job, "--wait"], progress);
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

  #endpointsAction(): Action {
    return {
      title: "endpoints",
      isChange: false,
      run: async ({ progress, note }) => {
        for (const endpoint of this.release.settings.endpoints) {
          const url = new URL(endpoint).href;
          progress(url);
          if (url.startsWith("https:") && this.release.settings.tls.mode === "off") continue;
          const { status, way } = await requestEndpoint(this.connection, addressOf(this.host), url);
          note(`${url} ${status}${way === "ssh" ? " over ssh" : ""}`);
        }
      },
    };
  }

  async #activate(): Promise<void> {
    const entry = { deployed_at: new Date().toISOString(), by: `${userInfo().username}@${hostname()}` };
    await activateRelease(this.connection, this.release, parseHistory(this.stack.history), entry);
  }

  async #containerIds(): Promise<Map<string, string>> {
    const filters = { label: [`com.docker.compose.project=${this.release.stack}`] };
    const containers = await this.#docker.listContainers({ filters });
    return new Map(containers.map(({ Id, Labels }) => [Id, Labels["com.docker.compose.service"] ?? ""]));
  }

  async #inContainer(title: string, argv: string[], onLine?: (line: string) => void) {
    const ids = await this.#containerIds();
    const id = [...ids].find(([, service]) => service === this.release.settings.supervisor)?.[0];
    if (id === undefined)
      throw new UserError("not_running", `no container of ${this.release.settings.supervisor} is running`);
    return run(this.connection, ["docker", "exec", id, ...argv], { become: true, title, onLine });
  }

  /** Taken by the first action that changes something, and held to the end. */
  #lock(): Promise<void> {
    this.#locking ??= takeDeployLock(this.connection, this.release.stack);
    return this.#locking;
  }
}

function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1_000_000)} MB`;
}
