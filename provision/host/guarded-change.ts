import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../shared/user-error.ts";
import { run, shellScript } from "../connection/connection.ts";
import type { ApplyContext } from "./step.ts";

/** A change after which nobody might get in any more. */
export interface GuardedChange {
  /** a word for the unit's name: `firewall` */
  name: string;
  /** shell script that makes the change; reads `input` */
  make: string;
  /**
   * shell script that takes it back, whatever of it was made; it must not need this operator. It does nothing where nothing is
   * to be taken back: it may run twice.
   */
  undo: string;
  /** shell script that makes it last, once somebody has come in */
  keep: string;
  /** arguments of all three */
  args: readonly string[];
  input: string;
}

/** Seconds after which the host takes the change back by itself. */
const PATIENCE = 120;

/** Seconds that each of the scripts may take: the way back comes before all of them together have run over their limit. */
const STEP_SECONDS = 30;

// What an operator before us has not confirmed is taken back at once: ours comes on what was there before that.
const SCHEDULE = `
unit=$1 seconds=$2 undo=$3; shift 3
sh -c "$undo" longshore "$@"
systemctl stop "$unit.timer" "$unit.service" 2>/dev/null
systemctl reset-failed "$unit.service" 2>/dev/null
systemd-run --quiet --collect --unit="$unit" --on-active="$seconds" --timer-property=AccuracySec=1s \\
  sh -c "$undo" longshore "$@"
`;

/** Seconds to try to get in: sshd does not listen for a moment while it reads its settings anew. */
const TRIES = 5;

async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 1) throw error;
      await sleep(1000);
    }
  }
}

/**
 * Makes a change, and keeps it only when a second connection gets in while the first is still there. The host itself undoes
 * it after two minutes: that holds when this process, its machine or the network between dies in the middle. Until it is kept
 * the host's facts have it as unsettled: another run does not take it for done.
 *
 * @throws UserError `locked_out` where the second connection failed; the change has been undone
 */
export async function guardChange(context: ApplyContext, change: GuardedChange): Promise<void> {
  const { connection, progress, reconnect } = context;
  const unit = `longshore-undo-${change.name}`;
  const asRoot = (script: string, title: string, input?: string, limitSeconds = STEP_SECONDS) =>
    run(connection, shellScript(script, ...change.args), {
      become: true,
      limitSeconds,
      title,
      input,
    });
  await run(connection, shellScript(SCHEDULE, unit, String(PATIENCE), change.undo, ...change.args), {
    become: true,
    limitSeconds: STEP_SECONDS,
    title: "scheduling the way back",
  });
  const forget = () =>
    connection.exec(["systemctl", "stop", `${unit}.timer`, `${unit}.service`], {
      become: true,
      limitSeconds: STEP_SECONDS,
    });
  try {
    await asRoot(change.make, change.name, change.input);
    progress("trying a second connection");
    const second = await retry(reconnect);
    await second.exec(["true"]).finally(() => second.close());
  } catch (cause) {
    // The host may be away until it has taken the change back itself.
    await asRoot(change.undo, `undoing ${change.name}`, undefined, PATIENCE + STEP_SECONDS);
    await forget();
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new UserError("locked_out", `cannot keep ${change.name}, it has been undone: ${words}`, {
      hint: "nothing has changed on the host",
      cause,
    });
  }
  await forget();
  await asRoot(change.keep, `keeping ${change.name}`);
}
