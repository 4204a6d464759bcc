import { UserError } from "../../../shared/user-error.ts";
import type { ContainerFacts } from "../../engine/container.ts";
import { layoutOf } from "../../release/layout.ts";

/** A container, as far as it tells whose it is. */
export type Belongings = Pick<ContainerFacts, "name" | "isOurs" | "folder">;

/**
 * Refuses a stack whose name somebody else's Compose project has on the host: Compose tells projects by their names only, so it
 * would replace that project's services and remove those that the stack does not have.
 *
 * @param containers all that carry the stack's name as their Compose project
 * @throws UserError `stack_taken` with their names, and the folder that they come from
 */
export function refuseStrangers(host: string, stack: string, containers: readonly Belongings[]): void {
  const { root } = layoutOf(stack);
  const strangers = containers.filter(({ isOurs, folder }) => !isOurs && folder !== root);
  if (strangers.length === 0) return;
  const names = strangers.map(({ name }) => name).join(", ");
  const folders = [...new Set(strangers.map(({ folder }) => folder))].filter((folder) => folder !== "");
  const from = folders.length === 0 ? "" : `, from ${folders.join(" and ")}`;
  throw new UserError(
    "stack_taken",
    `${host} has a Compose project ${stack} that longshore did not make (${names}${from})`,
    {
      hint: `give this stack another name; or, to put it in that one's place, on ${host}: docker compose --project-name ${stack} down (volumes stay)`,
    },
  );
}
