import { join } from "node:path";
import type { StackFacts } from "../../../../provision/host/facts/facts.ts";
import { hashContent } from "../../../../provision/host/host-file.ts";
import type { WantedImage } from "../../../../provision/image/image.ts";
import { makeRelease, type Release } from "../../../../provision/release/release.ts";
import { resolveServices } from "../../../../provision/stack/services.ts";
import { resolveSettings } from "../../../../provision/stack/settings.ts";
import { loadStack } from "../../../../provision/stack/stack.ts";
import { makeContainer, makePlain, viewOf } from "../engine/example-container.ts";
import { makeFolder } from "../image/folder.ts";
import { makeHost } from "../inventory/stack-folder.ts";

export const COMPOSE = `name: site
x-longshore:
  supervisor: web
  config: [tasks.yaml]
  secrets: [{ file: .env, required: false }]
  tls: { mode: "\${tls:-self-signed}", ca_file: "\${ca:-}" }
services:
  web: { build: . }
  db: { image: "mariadb:11" }
`;

export const TASKS = "tasks:\n  app: { command: sleep 1 }\n";

/** A build in which nothing is said but its context. */
export const PLAIN_BUILD = {
  target: undefined,
  args: {},
  labels: {},
  network: undefined,
  cache: { from: [], none: false, pull: false },
};

/** The image of the stack's service `web`. */
export function wantImage(hash = "3f2a9c01d4e5"): WantedImage {
  const name = `longshore/site/web:${hash}`;
  return { service: "web", name, dockerfile: "Dockerfile", ...PLAIN_BUILD, entries: [] };
}

export interface ExampleOptions {
  /** files of the operator: `stack/…` and `secrets/…` */
  files?: Parameters<typeof makeFolder>[0];
  vars?: Parameters<typeof makeHost>[0];
  host?: string;
  image?: WantedImage;
}

/** The release of an example stack for one host. */
export async function makeExample(options: ExampleOptions = {}): Promise<Release> {
  const { files = {}, vars = {}, host = "web1", image = wantImage() } = options;
  const given = { "stack/compose.yaml": COMPOSE, "stack/tasks.yaml": TASKS, "secrets/README": "", ...files };
  using folder = makeFolder(given);
  const stack = await loadStack(join(folder.path, "stack"));
  const settings = resolveSettings(stack, makeHost(vars, host));
  const services = resolveServices(stack, makeHost(vars, host), settings);
  return await makeRelease(stack, settings, services, [image], join(folder.path, "secrets"));
}

/** A host that is just as a release wants it. */
export function hostWith(release: Release, changes: Partial<StackFacts> = {}): StackFacts {
  const files: StackFacts["files"] = {
    "config/release.json": "0".repeat(64),
    "current/config/release.json": "0".repeat(64),
  };
  for (const [name, content] of Object.entries(release.releaseFiles))
    files[`current/${name}`] = hashContent(content);
  for (const [name, content] of Object.entries(release.configFiles)) {
    files[`config/${name}`] = hashContent(content);
    files[`current/config/${name}`] = hashContent(content);
  }
  for (const [name, content] of Object.entries(release.secretFiles))
    files[`secrets/${name}`] = hashContent(content);
  return {
    current: release.id,
    files,
    view: viewOf(
      makeContainer({ image: wantImage().name, tasks: [] }),
      makePlain("db", { image: "mariadb:11" }),
    ),
    wanted: release.services,
    history: "[]",
    ...changes,
  };
}
