import { UserError } from "../../shared/user-error.ts";
import { type Connection, run, shellScript } from "../connection/connection.ts";
import { composeArgv, layoutOf } from "../release/layout.ts";

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
  stack: string;
  /** waits until what ran before is good again */
  waitGood(): Promise<void>;
  progress(line: string): void;
}

/**
 * Brings the release that ran before back, after a new one did not become healthy.
 *
 * @param previous the release to go back to; undefined where there was none, or the same one fails now
 * @returns the error to report: the failure, with its own way out and what runs now as its hint
 */
export async function restoreRelease(
  failure: unknown,
  previous: string | undefined,
  { connection, stack, waitGood, progress }: RestoreContext,
): Promise<unknown> {
  if (!(failure instanceof UserError)) return failure;
  const { code, message, hint } = failure;
  const fail = (words: string) =>
    new UserError(code, message, { hint: hint === undefined ? words : `${hint}\n${words}`, cause: failure });
  if (previous === undefined)
    return fail("fix it and deploy again; there is no earlier release to go back to");
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
    await waitGood();
    return fail(`release ${previous} runs again; fix this one and deploy again`);
  } catch (error) {
    return fail(`and release ${previous} cannot be brought back: ${(error as Error).message.split("\n")[0]}`);
  }
}
