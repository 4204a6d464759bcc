import { UserError } from "../../shared/user-error.ts";
import { CommandError, type Connection } from "../connection/connection.ts";
import type { ContainerFacts } from "../engine/container.ts";
import { describeFinding, type Finding, judgeStack } from "../engine/judge-stack.ts";
import type { EngineView } from "../engine/look.ts";
import { describeArgv, isLongshored } from "../engine/pid-one.ts";
import type { ActionContext } from "../fleet/action.ts";
import type { Release } from "../release/release.ts";
import { askEndpoints } from "./checks/ask-endpoints.ts";
import { requestEndpoint } from "./checks/endpoint.ts";
import { Failures } from "./failures.ts";
import { lookAtStack, readLastLines } from "./look-at-host.ts";
import { adviseLongshored } from "./missing-longshored.ts";
import { type Watch, waitGood } from "./wait-good.ts";

/** After a change an endpoint may need so long until it answers well (s); where nothing was changed, less. */
const ENDPOINT_SECONDS = { changed: 20, unchanged: 5 };

type Talk = Pick<ActionContext, "progress" | "tell">;

/** Looks at a release on its host: waits until all of it is good, asks its endpoints, and says what is wrong. */
export class HostCheck {
  private seen: EngineView | undefined;

  constructor(
    readonly release: Release,
    readonly connection: Connection,
    /** of the host, for requests from here */
    readonly address: string,
  ) {}

  /**
   * Waits until all that the release wants is good.
   *
   * @param options.isReload the containers ran before, and may need a moment to recover
   * @param options.wanted what another release wants, where that is brought back
   * @throws UserError `unhealthy`
   */
  async waitGood(context: Talk, options: Pick<Partial<Watch>, "isReload" | "wanted"> = {}): Promise<void> {
    await waitGood({ ...this.watch(context), ...options });
  }

  /**
   * Why the containers did not start: Compose names the one that others waited for, and what that one wrote says more.
   *
   * @param error of `docker compose up`
   * @returns the error to report
   */
  async explain(error: unknown): Promise<unknown> {
    if (!(error instanceof CommandError)) return error;
    const watch = this.watch({ progress: () => {}, tell: () => {} });
    const seen = await watch.look().then(
      (view) => judgeStack(this.release.services, view),
      () => [],
    );
    const failed = seen.filter(({ verdict, container }) => verdict === "bad" && hasRun(container));
    if (failed.length === 0) return error;
    const text = await new Failures(watch.readLog).describe(failed);
    return new UserError("unhealthy", `${error.message}\n${text}`, { hint: error.hint, cause: error });
  }

  /**
   * Asks the endpoints and looks again at everything. All that is wrong is told in one error.
   *
   * @param seen what was not good when the deploy was planned
   * @param isChanged something has been changed since, and was waited for
   * @throws UserError `endpoint_failed`; `unhealthy` where containers or tasks are not good
   */
  async check(seen: readonly Finding[], isChanged: boolean, context: ActionContext): Promise<void> {
    const { deploy_timeout: timeout } = this.release.settings;
    const isHopeless = seen.some(({ isFinal }) => isFinal);
    let trouble: UserError | undefined;
    if (!isChanged && seen.length > 0) trouble = await this.findTrouble(context, isHopeless ? 0 : timeout);
    const urls = this.urls();
    if (urls.length > 0) context.progress(urls.join(" "));
    const patience = isChanged ? ENDPOINT_SECONDS.changed : ENDPOINT_SECONDS.unchanged;
    const ask = (url: string) => requestEndpoint(this.connection, this.address, url);
    const { answers, failures } = await askEndpoints(urls, ask, trouble === undefined ? patience : 0);
    // Requests take time, and may be what brings an app down.
    if (trouble === undefined && (isChanged || failures.length > 0))
      trouble = await this.findTrouble(context, failures.length > 0 ? 0 : timeout);
    if (trouble !== undefined || failures.length > 0) throw joinTroubles(trouble, failures);
    for (const { url, status, way } of answers)
      context.note(`${url} ${status}${way === "ssh" ? " over ssh" : ""}`);
    this.remark(context);
  }

  /**
   * For `--check`, where nothing is to be changed: what {@link check} would find, without waiting for containers.
   *
   * @throws UserError `unhealthy`, `endpoint_failed`
   */
  async rehearse(seen: readonly Finding[], { progress }: Talk): Promise<void> {
    const bad = seen.filter(({ verdict }) => verdict === "bad").map(describeFinding);
    const trouble = bad.length === 0 ? undefined : new UserError("unhealthy", bad.join("\n"));
    const urls = this.urls();
    if (urls.length > 0) progress(urls.join(" "));
    const ask = (url: string) => requestEndpoint(this.connection, this.address, url);
    const { failures } = await askEndpoints(
      urls,
      ask,
      trouble === undefined ? ENDPOINT_SECONDS.unchanged : 0,
    );
    if (trouble !== undefined || failures.length > 0) throw joinTroubles(trouble, failures);
  }

  /** A service that is named as the supervisor and has nothing for one is judged as any other; that is said. */
  private remark({ note }: ActionContext): void {
    const { settings, services } = this.release;
    const { supervisor = "" } = settings;
    if (services[supervisor]?.supervisor !== false) return;
    const found = this.seen?.containers.find(({ service }) => service === supervisor);
    if (found === undefined || isLongshored(found.pidOne)) return;
    note(`supervisor: ${supervisor} has no effect, its PID 1 is "${describeArgv(found.pidOne)}"`);
  }

  private urls(): string[] {
    const { endpoints, tls } = this.release.settings;
    const urls = endpoints.map((endpoint) => new URL(endpoint).href);
    return urls.filter((url) => !(url.startsWith("https:") && tls.mode === "off"));
  }

  private async findTrouble(context: Talk, timeoutSeconds: number): Promise<UserError | undefined> {
    try {
      this.seen = await waitGood({ ...this.watch(context), timeoutSeconds, isReload: true });
      return undefined;
    } catch (error) {
      if (error instanceof UserError && error.code === "unhealthy") return error;
      throw error;
    }
  }

  private watch({ progress, tell }: Talk): Watch {
    const { release, connection } = this;
    return {
      look: () => lookAtStack(connection, release.stack, release.settings.supervisor),
      readLog: (finding, count) => readLastLines(connection, finding, count),
      wanted: release.services,
      timeoutSeconds: release.settings.deploy_timeout,
      advise: (finding) => this.advise(finding),
      progress,
      tell,
    };
  }

  /** The way out of a finding, where there is one that a command is. */
  private advise({ kind, service, container, task }: Finding): string | undefined {
    const { images } = this.release;
    if (container === undefined) return undefined;
    if (kind === "supervisor") {
      if (isLongshored(container.pidOne)) return undefined;
      const image = images.find((wanted) => wanted.service === service);
      return adviseLongshored(service, image, container.pidOne);
    }
    const { host } = this.connection;
    if (container.state === "paused") return `on ${host}: docker unpause ${container.name}`;
    if (task?.off !== "by_hand") return undefined;
    return `on ${host}: docker exec ${container.name} longshorectl start ${task.name}`;
  }
}

function hasRun(container: ContainerFacts | undefined): boolean {
  return container !== undefined && container.state !== "created";
}

/** What one error says of everything that is wrong. */
function joinTroubles(trouble: UserError | undefined, failures: readonly string[]): UserError {
  const text = [...(trouble === undefined ? [] : [trouble.message]), ...failures].join("\n");
  return new UserError(trouble?.code ?? "endpoint_failed", text, { hint: trouble?.hint });
}
