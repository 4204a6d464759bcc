import type Docker from "dockerode";
import { UserError } from "../../../shared/user-error.ts";
import { CommandError, type Connection, run } from "../../connection/connection.ts";
import { type ComposeModel, readComposeModel } from "../../engine/compose/compose-model.ts";
import { readListeners } from "../../engine/listeners.ts";
import type { Action, ActionContext } from "../../fleet/action.ts";
import { checkAvailable, unavailable } from "../../image/availability.ts";
import { hasImage } from "../../image/engine.ts";
import { adviseOnRegistry } from "../../image/registry-failure.ts";
import { layoutOf } from "../../release/layout.ts";
import type { Release } from "../../release/release.ts";
import { readClaims } from "./claimed-ports.ts";
import { checkAbilities } from "./engine-abilities.ts";
import { describeConflict, findPortConflicts, type PortConflict } from "./port-conflicts.ts";
import { checkSurroundings, listNeeds } from "./surroundings.ts";

/** What is looked at on a host before anything of a release is put in place. */
export interface Preflight {
  release: Release;
  connection: Connection;
  docker: Docker;
  /** of Compose on the host */
  composeVersion: string;
}

/**
 * Has Compose on the host read the release, looks whether its ports and names are free and whether all that it refers to is
 * there, and gets the images that are not built here. All of it can fail without having changed what runs.
 */
export function preflightAction(preflight: Preflight): Action {
  return {
    title: "compose.yaml, ports and images",
    isChange: false,
    rehearse: async (context) => {
      const missing = await look(preflight, context);
      for (const name of missing) await checkAvailable(preflight, name);
      return missing.map((name) => `+ image ${name}`);
    },
    run: async (context) => {
      const missing = await look(preflight, context);
      for (const name of missing) await pull(preflight, name, context);
      if (missing.length > 0) context.note(`pulled ${missing.join(", ")}`);
    },
  };
}

/** Returns the images that the host lacks. */
async function look(preflight: Preflight, { tell }: ActionContext): Promise<string[]> {
  const { release, connection, docker, composeVersion } = preflight;
  const { stack, settings, releaseFiles: files } = release;
  const { model, warnings } = await readComposeModel(connection, {
    stack,
    root: layoutOf(stack).root,
    files,
  });
  for (const warning of warnings) tell(warning);
  const listeners = await readListeners(connection);
  const claims = await readClaims(connection, stack, listeners);
  refuseConflicts(connection, findPortConflicts(stack, model, settings.endpoints, [...listeners, ...claims]));
  await checkSurroundings(connection, stack, listNeeds(model, release, composeVersion));
  await checkAbilities(connection, stack, model);
  const missing: string[] = [];
  for (const name of imagesToPull(model, release)) {
    if (await hasImage(docker, name)) continue;
    const never = Object.values(model.services).some(
      ({ image, pull_policy: policy }) => image === name && policy === "never",
    );
    if (never) throw unavailable(name, connection.host, "it is not there, and its pull_policy is never");
    missing.push(name);
  }
  return missing;
}

/** @throws UserError `port_taken` with the owner of each port */
export function refuseConflicts(connection: Connection, conflicts: readonly PortConflict[]): void {
  if (conflicts.length === 0) return;
  throw new UserError("port_taken", `${connection.host}: ${conflicts.map(describeConflict).join("; ")}`, {
    hint: "give this stack another port, or end what has it (longshore down --stack DIR removes a stack)",
  });
}

function imagesToPull({ services }: ComposeModel, { images }: Release): string[] {
  const built = new Set(images.map(({ name }) => name));
  const named = Object.values(services).flatMap(({ image }) => image ?? []);
  return [...new Set(named)].filter((name) => !built.has(name));
}

async function pull({ connection }: Preflight, name: string, { progress }: ActionContext): Promise<void> {
  progress(`pulling ${name}`);
  await run(connection, ["docker", "pull", name], {
    become: true,
    onLine: progress,
    title: `cannot get the image ${name}: docker pull`,
  }).catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    const hint = error.hint ?? adviseOnRegistry(name, error.message);
    throw new UserError("image_unavailable", error.message, { hint, cause: error });
  });
}
