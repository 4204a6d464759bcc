import type Docker from "dockerode";
import type { Connection } from "../../connection/connection.ts";
import { LABELS } from "../../engine/compose/labels.ts";
import { readListeners } from "../../engine/listeners.ts";
import { findSharedPorts } from "./port-conflicts.ts";
import { refuseConflicts } from "./preflight.ts";

/**
 * Ends a stack's containers in the host's network where one has come up on a port that somebody else listens on too: with
 * SO_REUSEPORT the kernel splits the visitors between the two. Compose's file does not say on which ports they listen, so this is
 * seen only once they do.
 *
 * @throws UserError `port_taken` with the owner of each port
 */
export async function endSharedPorts(connection: Connection, docker: Docker, stack: string): Promise<void> {
  const shared = findSharedPorts(stack, await readListeners(connection));
  if (shared.length === 0) return;
  const containers = await docker.listContainers({ filters: { label: [`${LABELS.stack}=${stack}`] } });
  const onHost = containers.filter(({ HostConfig }) => HostConfig.NetworkMode === "host");
  await Promise.all(onHost.map(({ Id }) => docker.getContainer(Id).stop()));
  refuseConflicts(connection, shared);
}
