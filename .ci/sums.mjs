// Prints `N passed, N failed, N skipped` from reports of vitest's JSON reporter. Fails when nothing passed.
import { existsSync, readFileSync } from "node:fs";

/** @typedef {{ status: string, assertionResults: { status: string }[] }} FileReport */

/** A run that did not come to its end writes no report: it counts as one failed file. @returns {FileReport[]} */
function readReport(/** @type {string} */ path) {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return text === "" ? [{ status: "failed", assertionResults: [] }] : JSON.parse(text).testResults;
}

const files = process.argv.slice(2).flatMap(readReport);
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
