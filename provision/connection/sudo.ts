import { UserError } from "../../supervisor/config/user-error.ts";
import { type Become, becomeArgv } from "./become.ts";
import type { CommandResult, ExecOptions } from "./connection.ts";

/** Runs an argv as it is; `prefix` comes before its input. */
export type PlainExec = (argv: string[], prefix: string, options: ExecOptions) => Promise<CommandResult>;

/**
 * Root cannot be had on the host. Codes: `sudo_password` (one is needed), `sudo_refused` (the given one is wrong, or the user
 * may not use sudo), `sudo_missing`, `become_forbidden`.
 */
export class BecomeError extends UserError {}

/** @throws BecomeError `become_forbidden` where the inventory says that nothing may become root */
export function checkBecome(host: string, become: Become, wanted: boolean | undefined): void {
  if (wanted !== true || !become.needed || become.forbidden !== true) return;
  throw new BecomeError("become_forbidden", `cannot become root on ${host}: its ansible_become is false`, {
    hint: "remove the variable, or log in as root with ansible_user=root",
  });
}

/** Runs commands on one host, as root where that is asked for, and tells a failure of sudo from one of the command. */
export class BecomingExec {
  /** a command has become root: what fails from now on does not fail for want of that */
  #isProven = false;

  constructor(
    readonly host: string,
    readonly become: Become,
    readonly exec: PlainExec,
  ) {}

  /** @throws BecomeError */
  async run(argv: readonly string[], options: ExecOptions): Promise<CommandResult> {
    checkBecome(this.host, this.become, options.become);
    const asRoot = becomeArgv(argv, this.become, options.become);
    const result = await this.exec(asRoot.argv, asRoot.stdinPrefix, options);
    if (options.become !== true || !this.become.needed || this.#isProven) return result;
    // sudo itself ends with 1, the login shell with 127 where there is no sudo
    if (result.code === 1 || result.code === 127) await this.#proveSudo();
    this.#isProven = true;
    return result;
  }

  async #proveSudo(): Promise<void> {
    const { host, become } = this;
    const attempt = becomeArgv(["true"], become, true);
    const isRunning = async (argv: string[], prefix: string) =>
      (await this.exec(argv, prefix, {})).code === 0;
    if (await isRunning(attempt.argv, attempt.stdinPrefix)) return;
    if (!(await isRunning(["sh", "-c", "command -v sudo >/dev/null"], ""))) {
      throw new BecomeError("sudo_missing", `cannot become root on ${host}: sudo is not installed there`, {
        hint: "log in as root (ansible_user=root), or install sudo",
      });
    }
    if (become.password === undefined) {
      throw new BecomeError("sudo_password", `cannot become root on ${host}: sudo wants a password`, {
        hint: "--ask-become-pass (-K) asks for it once; ansible_become_password sets it; or allow the user sudo without one (NOPASSWD)",
      });
    }
    throw new BecomeError(
      "sudo_refused",
      `cannot become root on ${host}: sudo does not accept the password`,
      {
        hint: "is it the login user's, and may this user use sudo? `sudo -l` there tells",
      },
    );
  }
}
