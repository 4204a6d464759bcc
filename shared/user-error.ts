/** An error that the user can act on: printed as one or two lines, without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * @param code stable machine-readable word, such as `inventory_syntax`; printed in `--json` output
   * @param message begins with "cannot …" or names the offending value
   * @param options.hint the way out, printed on a second line
   * @param options.exitCode what the process exits with (1 by default)
   */
  constructor(
    readonly code: string,
    message: string,
    readonly options: { hint?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
  }

  get hint(): string | undefined {
    return this.options.hint;
  }
}

/** Several problems found at once (a file with three misspelt keys): each is printed on lines of its own. */
export class UserErrors extends UserError {
  constructor(
    code: string,
    readonly problems: readonly { message: string; hint?: string }[],
  ) {
    super(code, problems.map((p) => p.message).join("\n"));
  }
}

/** The lines to print for any thrown value: a user's error without a stack, a bug with one. */
export function formatError(error: unknown, debug = false): string {
  if (error instanceof UserErrors && !debug) {
    return error.problems.map((p) => withHint(p.message, p.hint)).join("\n");
  }
  if (error instanceof UserError && !debug) return withHint(error.message, error.hint);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function withHint(message: string, hint: string | undefined): string {
  return hint === undefined ? message : `${message}\n  ${hint}`;
}
