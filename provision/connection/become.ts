/** How commands become root on a host. */
export interface Become {
  /** false where the login user is root */
  needed: boolean;
  /** sudo's password; without one sudo must not ask */
  password?: string;
}

/** The argv and the first line of stdin that run `argv`, as root if asked. The password never stands in an argv. */
export function becomeArgv(
  argv: readonly string[],
  become: Become,
  wanted: boolean | undefined,
): { argv: string[]; stdinPrefix: string } {
  if (wanted !== true || !become.needed) return { argv: [...argv], stdinPrefix: "" };
  if (become.password === undefined) return { argv: ["sudo", "-n", "--", ...argv], stdinPrefix: "" };
  // -k: sudo always reads the password, so that the line is never left for the command's stdin.
  return { argv: ["sudo", "-k", "-S", "-p", "", "--", ...argv], stdinPrefix: `${become.password}\n` };
}
