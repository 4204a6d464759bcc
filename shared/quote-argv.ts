/**
 * The one place where data becomes shell text: quotes each argument for a POSIX shell.
 * sshd hands a command to the login shell as one string, so an argv has to be quoted for it.
 */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteArgument).join(" ");
}

function quoteArgument(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}
