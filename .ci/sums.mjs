// Prints `N passed, N failed, N skipped` from the report of vitest's JSON reporter. Fails when nothing passed.
import { readFileSync } from "node:fs";

/** @typedef {{ status: string, assertionResults: { status: string }[] }} FileReport */

const text = readFileSync(process.argv[2] ?? "/dev/stdin", "utf8");
// A run that did not come to its end writes no report: count it as one failed file.
/** @type {FileReport[]} */
const files = text === "" ? [{ status: "failed", assertionResults: [] }] : JSON.parse(text).testResults;
const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
const count = (/** @type {string} */ status) => statuses.filter((each) => each === status).length;
// A file that could not be loaded, or whose hook failed, has failed although none of its tests has.
const broken = files.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
);
const failed = count("failed") + broken.length;
const passed = count("passed");
console.log(`${passed} passed, ${failed} failed, ${statuses.length - passed - count("failed")} skipped`);
if (passed === 0) process.exitCode = 1;
