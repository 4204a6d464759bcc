import { runInNewContext } from "node:vm";

/** Milliseconds that an expression may take for all names; a sound one takes some for ten thousand. */
const LIMIT = 2000;

/** Thrown for an expression that goes back and forth without end, as `(a+)+$` does. */
export class SlowExpressionError extends Error {
  override readonly name = "SlowExpressionError";
}

/**
 * The names that an expression of the operator's matches.
 *
 * @throws SlowExpressionError after 2 s
 */
export function filterNames(expression: RegExp, names: readonly string[]): string[] {
  try {
    // Nothing but V8's own watch can end an expression that is at work.
    const chosen = runInNewContext(
      "names.filter((name) => expression.test(name))",
      { names, expression },
      { timeout: LIMIT },
    );
    return [...chosen];
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause;
    throw new SlowExpressionError(`it has not been matched within ${LIMIT / 1000} s`, { cause });
  }
}
