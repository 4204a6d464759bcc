import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../shared/user-error.ts";
import type { WantedServices } from "../engine/compose/wanted.ts";
import { describeFinding, type Finding, judgeStack } from "../engine/judge-stack.ts";
import type { EngineView } from "../engine/look.ts";
import { Failures, keyOf } from "./failures.ts";

/** How to look at a stack, and what to wait for. */
export interface Watch {
  look(): Promise<EngineView>;
  /** the last lines that a task or a container wrote */
  readLog(finding: Finding, count: number): Promise<string[]>;
  /** undefined where it is not known: what is there is judged */
  wanted: WantedServices | undefined;
  /** 0: looks once */
  timeoutSeconds: number;
  /** it ran before: what is unhealthy now may be so from before, and is given time to recover */
  isReload?: boolean;
  /** the way out of a finding, where there is one */
  advise?(finding: Finding): string | undefined;
  /** what is waited for, until the next line */
  progress(line: string): void;
  /** what failed, to be kept in view */
  tell(line: string): void;
  /** between two looks (ms); later looks come more seldom */
  interval?: number;
}

/** What is bad and may pass is waited for so long (s): a task that crashes until its neighbour is there. */
const PATIENCE_SECONDS = 30;

/**
 * Waits until all of a stack is good, as {@link judgeStack} has it.
 *
 * @returns what was seen then
 * @throws UserError `unhealthy` as soon as nothing more can come, and after the timeout: what is wrong, with the last lines of
 *   its log, and those of its first failure
 */
export async function waitGood(watch: Watch): Promise<EngineView> {
  const started = Date.now();
  const failures = new Failures(watch.readLog);
  const badSince = new Map<string, number>();
  for (;;) {
    const view = await watch.look();
    const open = judge(view, watch.wanted);
    if (open.length === 0) return view;
    for (const line of await failures.note(open)) watch.tell(line);
    const now = Date.now();
    keepSince(badSince, open, now);
    const lost = open.filter((finding) =>
      isLost(finding, watch, now - (badSince.get(keyOf(finding)) ?? now)),
    );
    if (lost.length > 0) throw await unhealthy(watch, failures, open.filter(isBad));
    const seconds = (now - started) / 1000;
    if (seconds >= watch.timeoutSeconds) throw await unhealthy(watch, failures, open, watch.timeoutSeconds);
    watch.progress(describeWait(open));
    await sleep(Math.min(pauseAfter(seconds, watch.interval), watch.timeoutSeconds * 1000));
  }
}

function judge(view: EngineView, wanted: WantedServices | undefined): Finding[] {
  if (!view.noEngine) return judgeStack(wanted, view);
  const words = "cannot be judged: the engine does not answer";
  return [{ kind: "service", service: "the stack", verdict: "waiting", words, isFinal: false }];
}

function keepSince(badSince: Map<string, number>, open: readonly Finding[], now: number): void {
  const bad = new Set(open.filter(isBad).map(keyOf));
  for (const key of badSince.keys()) if (!bad.has(key)) badSince.delete(key);
  for (const key of bad) if (!badSince.has(key)) badSince.set(key, now);
}

function isBad({ verdict }: Finding): boolean {
  return verdict === "bad";
}

/** Whether there is no more hope: it is final, or the engine's own patience is over, or ours. */
function isLost(finding: Finding, { isReload = false }: Watch, milliseconds: number): boolean {
  if (!isBad(finding)) return false;
  if (finding.isFinal) return true;
  // Docker has asked it `retries` times already.
  if (finding.kind === "container" && finding.container?.health === "unhealthy" && !isReload) return true;
  return milliseconds >= PATIENCE_SECONDS * 1000;
}

/** What is bad comes first: it is what people want to know. */
function describeWait(open: readonly Finding[]): string {
  const [first, ...others] = [...open].sort((a, b) => rank(a) - rank(b));
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return first === undefined ? "" : `waiting: ${describeFinding(first)}${more}`;
}

function rank({ verdict, kind }: Finding): number {
  return (verdict === "bad" ? 0 : 2) + (kind === "task" ? 0 : 1);
}

/** A few looks a second at first, as most come up at once; then fewer. */
function pauseAfter(seconds: number, interval = 400): number {
  if (seconds < 10) return interval;
  return seconds < 60 ? interval * 2.5 : interval * 5;
}

async function unhealthy(
  watch: Watch,
  failures: Failures,
  findings: readonly Finding[],
  seconds = 0,
): Promise<UserError> {
  const text = await failures.describe(findings);
  const hints = findings.flatMap((finding) => watch.advise?.(finding) ?? []);
  return new UserError("unhealthy", seconds === 0 ? text : `not up after ${seconds} s: ${text}`, {
    hint: hints.length === 0 ? undefined : [...new Set(hints)].join("\n"),
  });
}
