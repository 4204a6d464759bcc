import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join, normalize, relative } from "node:path";
import { formatProblem } from "../../shared/problem.ts";
import { UserError } from "../../shared/user-error.ts";
import type { ServiceBuild } from "../stack/builds.ts";
import type { Stack } from "../stack/stack.ts";
import { type ContextEntry, hashContext, readContext } from "./context.ts";
import { imageName } from "./image-name.ts";

/** An image that a stack needs: named by its content, so equal content is never built or shipped twice. */
export interface WantedImage extends Omit<ServiceBuild, "context"> {
  service: string;
  /** `longshore/site/web:3f2a9c01d4e5` */
  name: string;
  entries: ContextEntry[];
}

/**
 * The images of a stack's services with `build:`. The supervisor's programs are added to its service's context
 * as the folder `longshore/`.
 *
 * @param builds of the services, with variables put in
 * @param programs the folder with the built longshored.cjs and longshorectl.cjs
 * @param secrets the operator's `secrets/`, which no image may hold
 * @throws UserError `context_unreadable`, `dockerfile_missing`, `context_secret`, naming the place; `not_built`
 */
export async function listWantedImages(
  stack: Pick<Stack, "name" | "directory" | "file" | "source">,
  builds: Readonly<Record<string, ServiceBuild>>,
  supervisor: string | undefined,
  programs: string,
  secrets: string,
): Promise<WantedImage[]> {
  return Promise.all(
    Object.entries(builds).map(async ([service, { context, ...build }]) => {
      const { target, args, labels, network } = build;
      const dockerfile = normalize(build.dockerfile);
      const own = await readOwnContext(stack, service, { context, dockerfile, secrets });
      const added = service === supervisor ? await readPrograms(programs) : [];
      const entries = [...own, ...added];
      const hash = hashContext(entries, { dockerfile, target, args, labels, network });
      return { ...build, dockerfile, service, name: imageName(stack.name, service, hash), entries };
    }),
  );
}

/** The context of a service without the supervisor's programs; its Dockerfile is there, and no secret is. */
async function readOwnContext(
  stack: Pick<Stack, "directory" | "file" | "source">,
  service: string,
  { context, dockerfile, secrets }: { context: string; dockerfile: string; secrets: string },
): Promise<ContextEntry[]> {
  const directory = join(stack.directory, context);
  const refuse = (code: string, message: string, hint: string, cause?: unknown) => {
    const path = `services.${service}.build`;
    const position = stack.source.positionOf(path.split("."));
    const place = formatProblem({ file: stack.file, position, path, message });
    return new UserError(code, place, { hint, cause });
  };
  const entries = await readContext(directory, { dockerfile }).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === "ENOENT" ? "there is no such folder" : (cause.code ?? cause.message);
    throw refuse(
      "context_unreadable",
      `cannot read ${directory}: ${reason}`,
      "the build context is a folder, relative to that of compose.yaml",
      cause,
    );
  });
  const inside = await findInside(directory, secrets);
  const secret = entries.find(({ path }) => inside !== undefined && isSecret(path, inside));
  if (secret !== undefined) {
    throw refuse(
      "context_secret",
      `the build would take ${join(directory, secret.path)} along: a COPY can put it into the image, which others can read`,
      inside === ""
        ? "put the secrets into a folder of their own, and name that with --secrets"
        : `write the line ${inside} into ${join(directory, ".dockerignore")}: containers get secrets by x-longshore.secrets`,
    );
  }
  if (entries.some(({ path }) => path === dockerfile)) return entries;
  throw refuse(
    "dockerfile_missing",
    `cannot find ${join(directory, dockerfile)}`,
    `write it, or name a Dockerfile within ${directory} with dockerfile:, or an image with image: instead of build:`,
  );
}

/** The path of a folder below another one; undefined where it is not below it, or not there. */
async function findInside(directory: string, folder: string): Promise<string | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return undefined;
  const path = relative(await realpath(directory), real);
  return path === ".." || path.startsWith("../") ? undefined : path;
}

/** Examples and what keeps the folder in a repository are for everybody. */
function isSecret(path: string, folder: string): boolean {
  return path.startsWith(folder === "" ? "" : `${folder}/`) && !/\.example$|(?:^|\/)\.git\w+$/.test(path);
}

async function readPrograms(directory: string): Promise<ContextEntry[]> {
  if (!existsSync(join(directory, "longshored.cjs"))) {
    throw new UserError("not_built", `cannot find the supervisor in ${directory}`, {
      hint: "run: npm run build",
    });
  }
  const entries = await readContext(directory, { prefix: "longshore/" });
  // The operator's own program stays at home.
  return entries.filter(({ path }) => !/^longshore\/(longshore\.|chunks\/)/.test(path));
}
