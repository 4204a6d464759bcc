import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What one command cost. */
export interface Cost {
  code: number;
  output: string;
  /** from its start to its end */
  seconds: number;
  /** of the command and all that it waited for */
  cpuSeconds: number;
  /** the highest sum of anonymous memory of the command and its descendants, sampled every 30 ms */
  megabytes: number;
}

// times(1p): the shell's own line first, then that of what it has waited for.
const TIMED = 'file=$1; shift; "$@"; code=$?; times > "$file"; exit $code';

/** Runs argv to its end and says what it cost on this machine. */
export async function measureCommand(argv: readonly string[], env: Record<string, string>): Promise<Cost> {
  const directory = mkdtempSync(join(tmpdir(), "longshore-bench-"));
  const file = join(directory, "times");
  const started = performance.now();
  const child = spawn("sh", ["-c", TIMED, "sh", file, ...argv], { env: { ...process.env, ...env } });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end();
  let megabytes = 0;
  const sampler = setInterval(() => {
    megabytes = Math.max(megabytes, anonymousMegabytes(child.pid ?? -1));
  }, 30);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(sampler);
  const cpuSeconds = parseTimes(readFileSync(file, "utf8"));
  rmSync(directory, { recursive: true });
  return { code, output: Buffer.concat(chunks).toString(), seconds, cpuSeconds, megabytes };
}

/** `0m1.50s 0m0.25s` on the second line. */
function parseTimes(text: string): number {
  const line = text.trim().split("\n").at(-1) ?? "";
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

function anonymousMegabytes(root: number): number {
  return listTree(root).reduce((sum, pid) => sum + readAnonymous(pid), 0) / 1024;
}

/** A process and all below it, by the kernel's own lists: a walk through all of /proc would slow down what is measured. */
function listTree(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(listTree)];
}

function readAnonymous(pid: number): number {
  return Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** Nothing, where the process has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
