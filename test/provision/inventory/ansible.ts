import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Answer, Case } from "./corpus.ts";

export type Ansible = { python: string } | { missing: string };

/** The releases that were compared: another one may read some of the corpus differently. */
const COMPARED = { oldest: 14, newest: 19 };

/** The Python in which Ansible is installed; on Debian, as root, installs it first where it is missing. */
export function findAnsible(): Ansible {
  const python = readInterpreter();
  if (python !== undefined) return checkRelease(python);
  if (process.getuid?.() !== 0) {
    return { missing: "ansible-inventory is not installed, and only root could install it" };
  }
  const apt = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const words of [["update"], ["install", "--no-install-recommends", "ansible-core"]]) {
    const run = spawnSync("apt-get", [...apt, ...words], { env, encoding: "utf8" });
    if (run.error !== undefined)
      return { missing: "ansible-inventory is not installed, and there is no apt-get" };
    if (run.status !== 0) {
      return { missing: `apt-get ${words[0]} failed: ${run.stderr.trim().split("\n").at(-1)}` };
    }
  }
  const installed = readInterpreter();
  return installed === undefined
    ? { missing: "ansible-core has no ansible-inventory" }
    : checkRelease(installed);
}

function checkRelease(python: string): Ansible {
  const run = spawnSync(python, ["-c", "import ansible.release as r; print(r.__version__)"], {
    encoding: "utf8",
  });
  const version = run.stdout?.trim() ?? "";
  const minor = Number(/^2\.(\d+)\./.exec(version)?.[1]);
  if (minor >= COMPARED.oldest && minor <= COMPARED.newest) return { python };
  return {
    missing: `the corpus is for Ansible 2.${COMPARED.oldest} to 2.${COMPARED.newest}, here is "${version}"`,
  };
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
export function askAnsible(python: string, cases: readonly Case[]): Record<string, Answer> {
  const script = join(import.meta.dirname, "ask_ansible.py");
  const run = spawnSync(python, ["-W", "ignore", script], {
    input: JSON.stringify(cases),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`cannot ask Ansible: ${run.stderr}`);
  return JSON.parse(run.stdout);
}
