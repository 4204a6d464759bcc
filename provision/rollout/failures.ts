import { describeFinding, type Finding } from "../engine/judge-stack.ts";

/** One time that a task or a container failed. */
interface Failure {
  words: string;
  /** the last lines of its log then */
  lines: string[];
}

/** So many lines of a log are shown of each failure. */
const LINES = 8;

/**
 * What failed while a release came up: of each task and container the first failure, which says why, and the last, which says
 * how it ended. Later failures are often only what the first one left behind.
 */
export class Failures {
  private readonly first = new Map<string, Failure>();

  constructor(readonly readLog: (finding: Finding, count: number) => Promise<string[]>) {}

  /** Keeps the first failure of each. Returns those that are new, a sentence each with the first line of what it wrote. */
  async note(findings: readonly Finding[]): Promise<string[]> {
    const fresh = findings.filter((finding) => hasFailed(finding) && !this.first.has(keyOf(finding)));
    const told: string[] = [];
    for (const finding of fresh) {
      const failure = { words: describeFinding(finding), lines: await this.readLog(finding, LINES) };
      this.first.set(keyOf(finding), failure);
      told.push([failure.words, failure.lines.at(-1)].filter(Boolean).join(": "));
    }
    return told;
  }

  /** What is to be said of these at the end. */
  async describe(findings: readonly Finding[]): Promise<string> {
    const tasks = findings.filter(({ kind }) => kind === "task");
    const others = findings.filter(({ kind }) => kind !== "task");
    const texts: string[] = [];
    for (const finding of tasks) texts.push(await this.describeOne(finding));
    for (const finding of others) {
      // The log of a container has the lines of its tasks in it.
      const isTold = tasks.some(({ container }) => container?.id === finding.container?.id);
      texts.push(isTold ? describeFinding(finding) : await this.describeOne(finding));
    }
    return texts.join("\n");
  }

  private async describeOne(finding: Finding): Promise<string> {
    const words = describeFinding(finding);
    const lines = await this.readLog(finding, LINES);
    const first = this.first.get(keyOf(finding));
    if (first === undefined) return withLines(words, lines);
    const isSame = first.words === words && first.lines.join("\n") === lines.join("\n");
    if (isSame) return withLines(words, lines);
    const began = first.words === words ? "at first:" : `at first: ${first.words}`;
    return `${withLines(words, lines)}\n  ${withLines(began, first.lines).replaceAll("\n", "\n  ")}`;
  }
}

/** A task that waits for its next try has failed, too. */
function hasFailed({ verdict, task, container, kind }: Finding): boolean {
  if (verdict === "bad") return true;
  if (kind === "task") return (task?.failures ?? 0) > 0;
  return kind === "container" && (container?.restarts ?? 0) > 0;
}

/** What stays the same of a thing over its failures. */
export function keyOf({ kind, service, container, task }: Finding): string {
  return JSON.stringify([kind, service, container?.id, task?.name]);
}

function withLines(words: string, lines: readonly string[]): string {
  return [words, ...lines.map((line) => `    ${line}`)].join("\n");
}
