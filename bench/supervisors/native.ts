import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the small C programs, npm contestants and the files of trials are. */
export const workFolder = process.env.LONGSHORE_BENCH_FOLDER ?? "/tmp/longshore-bench";
export const workload = `${workFolder}/workload`;
export const stopwatch = `${workFolder}/stopwatch`;

/** Compiles native/*.c; static, so that what is measured is not the dynamic linker. */
export function compileTools(): void {
  mkdirSync(workFolder, { recursive: true });
  for (const program of [workload, stopwatch]) {
    const source = fileURLToPath(
      new URL(`native/${program.slice(workFolder.length + 1)}.c`, import.meta.url),
    );
    execFileSync("cc", ["-static", "-O2", "-Wall", "-Wextra", "-o", program, source], { stdio: "inherit" });
  }
}
