import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { stringify } from "yaml";
import { readLimited } from "../../shared/io/read-limited.ts";
import { toUserErrors } from "../../shared/problem.ts";
import { UserError } from "../../shared/user-error.ts";
import { parseTasksFile } from "../../supervisor/config/tasks-file.ts";
import { LABELS } from "../engine/compose/labels.ts";
import type { WantedServices } from "../engine/compose/wanted.ts";
import type { WantedImage } from "../image/image.ts";
import type { HostSettings } from "../stack/settings.ts";
import type { Stack } from "../stack/stack.ts";
import { formatEnvironmentFile } from "./environment-file.ts";

/** Files below the stack's directory on the host: path → content. */
export type Files = Record<string, Buffer>;

/** Everything that a host should have of a stack. */
export interface Release {
  /** 12 hex digits of the stack's own content: without secrets, and of the host's variables only those of builds */
  id: string;
  stack: string;
  settings: HostSettings;
  /** what is to run */
  services: WantedServices;
  /** images that are built here, by service */
  images: WantedImage[];
  /** `.env`, `compose.yaml`, `compose.longshore.yaml`: the release's own directory */
  releaseFiles: Files;
  /** mounted at /etc/longshore; the supervisor reads them again on a reload */
  configFiles: Files;
  /** mounted at /run/secrets, 0600; they count for no id and appear nowhere */
  secretFiles: Files;
}

/**
 * Puts together what a host should have.
 *
 * @param secretsDirectory the operator's `secrets/`
 * @throws UserError `secret_missing`, `config_missing`, naming the file
 */
export async function makeRelease(
  stack: Stack,
  settings: HostSettings,
  services: WantedServices,
  images: WantedImage[],
  secretsDirectory: string,
): Promise<Release> {
  const configFiles = await readConfigFiles(stack, settings);
  const stackFiles: Files = {
    "compose.yaml": Buffer.from(stack.text),
    "compose.longshore.yaml": Buffer.from(stringify({ services: pinServices(stack, images) })),
  };
  return {
    id: hashFiles({ ...stackFiles, ...prefixed("config/", configFiles) }),
    stack: stack.name,
    settings,
    services,
    images,
    releaseFiles: { ...stackFiles, ".env": Buffer.from(formatEnvironmentFile(settings.variables)) },
    configFiles,
    secretFiles: await readSecretFiles(settings, secretsDirectory),
  };
}

/** What Compose reads on top of the stack's own file: which images, and a label by which the containers are found. */
function pinServices(stack: Stack, images: WantedImage[]): Record<string, unknown> {
  const labels = { [LABELS.stack]: stack.name };
  return Object.fromEntries(
    Object.keys(stack.services).map((service) => {
      const image = images.find((wanted) => wanted.service === service)?.name;
      return [service, image === undefined ? { labels } : { image, labels }];
    }),
  );
}

async function readConfigFiles(stack: Stack, settings: HostSettings): Promise<Files> {
  const files: Files = {};
  for (const name of settings.config) {
    files[name] = await readLimited(join(stack.directory, name)).catch((cause: NodeJS.ErrnoException) => {
      throw new UserError("config_missing", `cannot read ${join(stack.directory, name)}: ${cause.code}`, {
        hint: `x-longshore.config of ${stack.file} names it`,
        cause,
      });
    });
  }
  checkTasksFile(stack, files);
  const { ca_file: caFile } = settings.tls;
  if (caFile === undefined || settings.tls.mode !== "acme") return files;
  const path = resolve(dirname(stack.file), caFile);
  files["acme-ca.pem"] = await readLimited(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      "config_missing",
      `cannot read the ACME server's root certificate ${path}: ${cause.code}`,
      {
        hint: `x-longshore.tls.ca_file of ${stack.file} names it`,
        cause,
      },
    );
  });
  return files;
}

/** What longshored would refuse on the host is refused here. */
function checkTasksFile(stack: Stack, files: Files): void {
  const text = files["tasks.yaml"]?.toString("utf8");
  if (text === undefined) return;
  const parsed = parseTasksFile(text, join(stack.directory, "tasks.yaml"));
  if (!parsed.ok) throw toUserErrors("tasks_file", parsed.problems);
}

async function readSecretFiles(settings: HostSettings, directory: string): Promise<Files> {
  const files: Files = {};
  for (const { file, required } of settings.secrets) {
    const path = join(directory, file);
    const content = await readLimited(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" && !required) return undefined;
      throw new UserError("secret_missing", `cannot read the secrets file ${path}: ${cause.code}`, {
        hint: `x-longshore.secrets of the stack asks for it; ${path}.example may show what belongs in it`,
        cause,
      });
    });
    if (content !== undefined) files[file] = content;
  }
  return files;
}

export function prefixed(prefix: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [prefix + name, content]));
}

function hashFiles(files: Files): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(files).sort()) {
    const content = files[name] ?? Buffer.alloc(0);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
