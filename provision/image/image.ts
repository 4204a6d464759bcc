import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../supervisor/config/user-error.ts";
import type { ServiceBuild } from "../stack/builds.ts";
import type { Stack } from "../stack/stack.ts";
import { type ContextEntry, hashContext, readContext } from "./context.ts";
import { imageName } from "./image-name.ts";

/** An image that a stack needs: named by its content, so equal content is never built or shipped twice. */
export interface WantedImage {
  service: string;
  /** `longshore/site/web:3f2a9c01d4e5` */
  name: string;
  dockerfile: string;
  target: string | undefined;
  args: Record<string, string>;
  entries: ContextEntry[];
}

/**
 * The images of a stack's services with `build:`. The supervisor's programs are added to its service's context
 * as the folder `longshore/`.
 *
 * @param builds of the services, with variables put in
 * @param programs the folder with the built longshored.cjs and longshorectl.cjs
 */
export async function listWantedImages(
  stack: Pick<Stack, "name" | "directory" | "file">,
  builds: Readonly<Record<string, ServiceBuild>>,
  supervisor: string,
  programs: string,
): Promise<WantedImage[]> {
  return Promise.all(
    Object.entries(builds).map(async ([service, { context, dockerfile, target, args }]) => {
      const directory = join(stack.directory, context);
      const own = await readContext(directory, { dockerfile }).catch((cause: NodeJS.ErrnoException) => {
        throw new UserError(
          "context_unreadable",
          `cannot read ${directory}: ${cause.code ?? cause.message}`,
          {
            hint: `services.${service}.build of ${stack.file} names it`,
            cause,
          },
        );
      });
      const added = service === supervisor ? await readPrograms(programs) : [];
      const entries = [...own, ...added];
      const hash = hashContext(entries, { dockerfile, target, args });
      return {
        service,
        name: imageName(stack.name, service, hash),
        dockerfile,
        target,
        args,
        entries,
      };
    }),
  );
}

async function readPrograms(directory: string): Promise<ContextEntry[]> {
  if (!existsSync(join(directory, "longshored.cjs"))) {
    throw new UserError("not_built", `cannot find the supervisor in ${directory}`, {
      hint: "run: npm run build",
    });
  }
  const entries = await readContext(directory, { prefix: "longshore/" });
  // The operator's own program stays at home.
  return entries.filter(({ path }) => !/^longshore\/(longshore\.mjs|chunks\/)/.test(path));
}
