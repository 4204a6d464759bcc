import { spawnSync } from "node:child_process";

/** True where a program can be found: tests against the real one run only there. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0"', name]).status === 0;
}
