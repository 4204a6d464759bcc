import type Docker from "dockerode";
import { UserError } from "../../supervisor/config/user-error.ts";
import { type Connection, run, shellScript } from "../connection/connection.ts";
import { waitHealthy } from "./health.ts";
import { composeArgv, layoutOf } from "./layout.ts";

const RESTORE_CONFIG = `
set -e
cd "$1/config"
for file in * .[!.]*; do
  [ -f "$file" ] || continue
  cp -p "$file" "$2/.restored"
  mv -f "$2/.restored" "$2/$file"
done
`;

/** What a restore needs to know of the deploy that failed. */
export interface RestoreContext {
  connection: Connection;
  docker: Docker;
  stack: string;
  services: string[];
  timeoutSeconds: number;
  progress(line: string): void;
}

/**
 * Brings the release that ran before back, after a new one did not become healthy.
 *
 * @param previous the release to go back to; undefined where there was none, or the same one fails now
 * @returns the error to report: the failure, with what runs now as its hint
 */
export async function restoreRelease(
  failure: unknown,
  previous: string | undefined,
  { connection, docker, stack, services, timeoutSeconds, progress }: RestoreContext,
): Promise<unknown> {
  if (!(failure instanceof UserError)) return failure;
  const fail = (hint: string) => new UserError(failure.code, failure.message, { hint, cause: failure });
  if (previous === undefined)
    return fail("mend it and deploy again; there is no earlier release to go back to");
  const { root, releases } = layoutOf(stack);
  const directory = `${releases}/${previous}`;
  progress(`going back to release ${previous}`);
  try {
    await run(connection, shellScript(RESTORE_CONFIG, directory, `${root}/config`), {
      become: true,
      title: "restoring the configuration",
    });
    const argv = composeArgv(stack, directory, "up", "--detach", "--no-build", "--remove-orphans");
    await run(connection, argv, { become: true, onLine: progress, title: "docker compose up" });
    await waitHealthy(docker, stack, services, timeoutSeconds, progress);
    return fail(`release ${previous} runs again; mend this one and deploy again`);
  } catch (error) {
    return fail(`and release ${previous} cannot be brought back: ${(error as Error).message.split("\n")[0]}`);
  }
}
