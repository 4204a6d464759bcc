import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One inventory of the corpus, with the patterns to try on it. */
export interface Case {
  name: string;
  file: string;
  limits: string[];
}

/** What Ansible made of one inventory; null where it refused it. */
export type Answer = {
  /** `ansible-inventory --list`, line by line */
  list: string[];
  /** `ansible-inventory --graph`, line by line */
  graph: string[];
  /** the hosts that `--limit` selects; null where Ansible refuses the pattern */
  limits: Record<string, string[] | null>;
} | null;

/** The folder of the corpus. */
export const CORPUS = join(import.meta.dirname, "corpus");
export const RECORDED_FILE = join(import.meta.dirname, "recorded.json");

/**
 * The corpus: `NAME.ini`, with patterns in `NAME.limits`; or `NAME/inventory.ini`, with variables beside it. A name that begins
 * with `refused-` is for both of us to refuse, one that begins with `stricter-` for us alone.
 */
export function readCorpus(): Case[] {
  return readdirSync(CORPUS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith(".ini"))
    .map((entry) => {
      const name = entry.name.replace(/\.ini$/, "");
      const file = join(CORPUS, entry.isDirectory() ? `${name}/inventory.ini` : entry.name);
      const limits = join(CORPUS, `${name}.limits`);
      return {
        name,
        file,
        limits: existsSync(limits) ? readFileSync(limits, "utf8").split("\n").slice(0, -1) : [],
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What Ansible said when the corpus was recorded. */
export function readRecorded(): Record<string, Answer> {
  return JSON.parse(readFileSync(RECORDED_FILE, "utf8"));
}
