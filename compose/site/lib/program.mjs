/**
 * Runs a program's body; what it throws is printed, for people, and makes the exit code 1.
 *
 * @param {() => Promise<void>} body
 */
export async function runProgram(body) {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    console.error(describeError(error));
  }
}

/** @param {unknown} error */
function describeError(error) {
  if (!(error instanceof Error)) return String(error);
  // What a program that we ran has said is a better message than that it failed.
  const said = "stderr" in error ? String(error.stderr).trim() : "";
  return said || error.message;
}
