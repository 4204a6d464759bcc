import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { packContext } from "../../provision/image/context.ts";
import { listWantedImages } from "../../provision/image/image.ts";
import { resolveBuilds } from "../../provision/stack/builds.ts";
import { loadStack } from "../../provision/stack/stack.ts";
import type { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { type CommandResult, docker, runChecked, runCommand } from "../hosts/command.ts";
import { ensureBaseImage, hasImage, removeStaleImages } from "../hosts/images.ts";
import { labelArguments, type TestRun } from "../hosts/test-run.ts";
import { waitUntil } from "../hosts/wait.ts";
import { type Answer, type AskOptions, ask } from "./ask.ts";
import { readService, runArguments } from "./compose-service.ts";

const STACK = new URL("../../compose/site/", import.meta.url).pathname;
const DIST = new URL("../../dist/", import.meta.url).pathname;

/** Builds the image of the stack from the very context that a deploy makes. */
export async function ensureSiteImage(): Promise<string> {
  await ensureBaseImage("trixie");
  const stack = await loadStack(STACK);
  const builds = resolveBuilds(stack, { name: "here", groups: [], vars: {} }, { variables: {} });
  const [wanted] = await listWantedImages(stack, builds, "web", DIST, "secrets");
  if (wanted === undefined) throw new Error("compose.yaml builds nothing");
  const tag = `longshore-test/site:${wanted.name.split(":")[1]}`;
  if (await hasImage(tag)) return tag;
  await docker(["build", "--quiet", "--tag", tag, "-"], { input: await buffer(packContext(wanted.entries)) });
  await removeStaleImages("longshore-test/site", tag);
  return tag;
}

export interface SiteOptions {
  /** of the inventory and of the deploy, as compose.yaml names them */
  variables?: Record<string, string>;
  /** shares the named volumes of this container, as the next release does */
  after?: SiteContainer;
  /** more options of `docker run` */
  options?: string[];
  /** instead of the stack's own tasks.yaml */
  tasks?: string;
  /** more files of /etc/longshore, by name */
  config?: Record<string, string>;
  /** the content of /run/secrets/.env */
  secrets?: string;
}

/** One container of the stack, with the options that compose.yaml says. */
export class SiteContainer {
  constructor(
    readonly name: string,
    /** /etc/longshore and /run/secrets, seen from outside */
    readonly folder: string,
    private readonly volumes: string,
  ) {}

  /** Starts it; {@link waitUntilHealthy} tells when it works. */
  static async start(
    run: TestRun,
    image: string,
    name: string,
    options: SiteOptions = {},
  ): Promise<SiteContainer> {
    const folder = mkdtempSync(join(run.directory, `${name}-`));
    const container = new SiteContainer(
      `${run.id}-${name}`,
      folder,
      options.after?.volumes ?? `${run.id}-${name}-`,
    );
    container.writeConfig(options);
    const service = readService(join(STACK, "compose.yaml"), options.variables ?? {});
    const volumes = service.volumes
      .map((mount) => mount.split(":")[0] ?? "")
      .filter((name) => /^\w/.test(name));
    for (const name of volumes)
      await docker(["volume", "create", ...labelArguments(run), `${container.volumes}${name}`]);
    await docker([
      "run",
      "--detach",
      ...labelArguments(run),
      ...["--name", container.name],
      ...runArguments(service, folder, container.volumes),
      // Tests are less patient than an operator.
      ...["--health-interval", "500ms"],
      ...(options.options ?? []),
      image,
    ]);
    return container;
  }

  private writeConfig({ tasks, config = {}, secrets }: SiteOptions): void {
    for (const name of ["config", "secrets"]) mkdirSync(join(this.folder, name));
    if (tasks === undefined) cpSync(join(STACK, "tasks.yaml"), join(this.folder, "config/tasks.yaml"));
    else writeFileSync(join(this.folder, "config/tasks.yaml"), tasks);
    const release = { stack: "site", release: "r1", host: "host1", deployed_at: "2026-11-22T10:15:00Z" };
    writeFileSync(join(this.folder, "config/release.json"), JSON.stringify(release));
    for (const [name, text] of Object.entries(config)) writeFileSync(join(this.folder, "config", name), text);
    if (secrets !== undefined) writeFileSync(join(this.folder, "secrets/.env"), secrets, { mode: 0o600 });
  }

  /** Runs argv in the container, as root. */
  exec(argv: readonly string[]): Promise<CommandResult> {
    return runCommand(["docker", "exec", this.name, ...argv]);
  }

  async execChecked(argv: readonly string[]): Promise<string> {
    return (await runChecked(["docker", "exec", this.name, ...argv])).trim();
  }

  async status(): Promise<InstanceStatus[]> {
    return JSON.parse(await this.execChecked(["longshorectl", "status", "--json"]));
  }

  async task(name: string): Promise<InstanceStatus> {
    const found = (await this.status()).find((instance) => instance.name === name);
    if (found === undefined) throw new Error(`there is no task ${name} in ${this.name}`);
    return found;
  }

  /** Resolves when the engine calls it healthy. */
  async waitUntilHealthy(): Promise<void> {
    try {
      await waitUntil(
        `${this.name} is healthy`,
        async () => (await this.inspect("{{.State.Health.Status}}")) === "healthy",
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.logs()}`);
    }
  }

  /** All that it has written so far. */
  async logs(): Promise<string> {
    const { stdout, stderr } = await runCommand(["docker", "logs", this.name]);
    return stdout + stderr;
  }

  /** @param format a Go template, as `docker inspect --format` takes it */
  inspect(format: string): Promise<string> {
    return docker(["inspect", "--format", format, this.name]);
  }

  address(): Promise<string> {
    return this.inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
  }

  async ask(url: string, options?: AskOptions): Promise<Answer> {
    return ask(url, await this.address(), options);
  }
}
