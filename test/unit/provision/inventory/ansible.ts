import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Answer, Case } from "./corpus.ts";

export type Ansible = { python: string } | { missing: string };

/** The releases that were compared: another one may read some of the corpus differently. */
const COMPARED = { oldest: 14, newest: 19 };

/** The Python in which Ansible is installed; on Debian, as root, installs it first where it is missing. */
export async function findAnsible(): Promise<Ansible> {
  const python = readInterpreter();
  if (python !== undefined) return checkRelease(python);
  if (process.getuid?.() !== 0) {
    return { missing: "ansible-inventory is not installed, and only root could install it" };
  }
  const apt = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  for (const words of [["update"], ["install", "--no-install-recommends", "ansible-core"]]) {
    const { code, stderr } = await run("apt-get", [...apt, ...words]);
    if (code !== 0) return { missing: `apt-get ${words[0]} failed: ${stderr.trim().split("\n").at(-1)}` };
  }
  const installed = readInterpreter();
  return installed === undefined
    ? { missing: "ansible-core has no ansible-inventory" }
    : checkRelease(installed);
}

async function checkRelease(python: string): Promise<Ansible> {
  const { stdout } = await run(python, ["-c", "import ansible.release as r; print(r.__version__)"]);
  const minor = Number(/^2\.(\d+)\./.exec(stdout)?.[1]);
  if (minor >= COMPARED.oldest && minor <= COMPARED.newest) return { python };
  const releases = `2.${COMPARED.oldest} to 2.${COMPARED.newest}`;
  return { missing: `the corpus is for Ansible ${releases}, here is "${stdout.trim()}"` };
}

/** The interpreter that the first line of ansible-inventory names. */
function readInterpreter(): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, "ansible-inventory");
    try {
      accessSync(file, constants.X_OK);
      const found = /^#!\s*(\/\S*python\S*)/.exec(readFileSync(file, "utf8"))?.[1];
      if (found !== undefined) return found;
    } catch {}
  }
  return undefined;
}

/** What the real Ansible makes of inventories: one process for all of them. */
export async function askAnsible(python: string, cases: readonly Case[]): Promise<Record<string, Answer>> {
  const script = join(import.meta.dirname, "ask_ansible.py");
  const { code, stdout, stderr } = await run(python, ["-W", "ignore", script], JSON.stringify(cases));
  if (code !== 0) throw new Error(`cannot ask Ansible: ${stderr}`);
  return JSON.parse(stdout);
}

/** Runs a program to its end, without standing in the way of the test runner; one that is not there ends with 127. */
function run(
  command: string,
  args: readonly string[],
  input = "",
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    child.on("error", ({ message }) => resolve({ code: 127, stdout: "", stderr: message }));
    child.on("close", (code) => resolve({ code, ...output }));
    child.stdin.on("error", () => {}).end(input);
  });
}
