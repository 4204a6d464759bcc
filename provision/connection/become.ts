/** How commands become root on a host. */
export interface Become {
  /** false where the login user is root */
  needed: boolean;
  /** `ansible_become=false`: commands that need root are then refused */
  forbidden?: boolean;
  /** sudo's password; without one sudo must not ask */
  password?: string;
}

/** The line of stdin behind which a command's own input begins. */
const INPUT_BEGINS = "longshore: input begins";

/** Reads stdin up to that line, then runs its arguments. `read` takes no more of the input than it needs. */
const SKIP_PASSWORD = `while IFS= read -r line && [ "$line" != '${INPUT_BEGINS}' ]; do :; done; exec "$@"`;

/**
 * The argv and the first lines of stdin that run `argv`, as root if asked. The password never stands in an argv. Where sudo
 * does not ask for it (NOPASSWD), the password is still in stdin and is passed over before the command sees any of it.
 */
export function becomeArgv(
  argv: readonly string[],
  become: Become,
  wanted: boolean | undefined,
): { argv: string[]; stdinPrefix: string } {
  if (wanted !== true || !become.needed) return { argv: [...argv], stdinPrefix: "" };
  if (become.password === undefined) return { argv: ["sudo", "-n", "--", ...argv], stdinPrefix: "" };
  // -k: no remembered login takes the place of the password, so that a wrong one is noticed.
  return {
    argv: ["sudo", "-k", "-S", "-p", "", "--", "sh", "-c", SKIP_PASSWORD, "longshore", ...argv],
    stdinPrefix: `${become.password}\n${INPUT_BEGINS}\n`,
  };
}
