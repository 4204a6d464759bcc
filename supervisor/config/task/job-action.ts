import * as z from "zod";
import { Text } from "../../../shared/written.ts";
import { Command } from "./command.ts";
import { Signal } from "./signal.ts";
import type { SignalName } from "./signal-name.ts";

/** What can be done to another task when a run has ended. */
export const TaskVerb = z.enum(["reload", "restart", "start", "stop", "run"]);
export type TaskVerb = z.infer<typeof TaskVerb>;

/** One thing that follows a run. */
export type JobAction =
  | { readonly type: "task"; readonly verb: TaskVerb; readonly task: string }
  | { readonly type: "signal"; readonly task: string; readonly signal: SignalName }
  | { readonly type: "command"; readonly command: readonly [string, ...string[]] }
  /** a POST of JSON to an address */
  | { readonly type: "notify"; readonly url: string }
  /** the actions after this one are for the case that one of these files is another one than last time */
  | { readonly type: "if_changed"; readonly files: readonly string[] };

const Files = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((input): string[] => (typeof input === "string" ? [input] : input));

const Url = z
  .string()
  .regex(/^(https?:\/\/|\$\{)/, "expected an address that begins with https:// or http://");

const Sentence = z.string().transform((input, context): JobAction => {
  const [verb, task, ...rest] = input.trim().split(/\s+/);
  const known = TaskVerb.safeParse(verb);
  if (known.success && task !== undefined && rest.length === 0)
    return { type: "task", verb: known.data, task };
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(input)} is not an action; write "reload nginx", "restart app" or { command: … }`,
  });
  return z.NEVER;
});

const Step = z
  .strictObject({
    reload: Text.optional(),
    restart: Text.optional(),
    start: Text.optional(),
    stop: Text.optional(),
    run: Text.optional(),
    signal: z.strictObject({ task: Text, signal: Signal }).optional(),
    command: Command.optional(),
    notify: Url.optional(),
    if_changed: Files.optional(),
  })
  .transform((step, context): JobAction => {
    const given = Object.entries(step).filter(([, value]) => value !== undefined);
    if (given.length !== 1) {
      context.addIssue({ code: "custom", message: "needs exactly one action; write several as a list" });
      return z.NEVER;
    }
    if (step.signal !== undefined) return { type: "signal", ...step.signal };
    if (step.command !== undefined) return { type: "command", command: step.command };
    if (step.notify !== undefined) return { type: "notify", url: step.notify };
    if (step.if_changed !== undefined) return { type: "if_changed", files: step.if_changed };
    const [[verb, task] = []] = given;
    return { type: "task", verb: TaskVerb.parse(verb), task: String(task) };
  });

const Action = z.union([Sentence, Step]);

/** What follows a run, in order; the first action that fails is the last. One action may stand without a list. */
export const JobActions = z
  .union([Sentence, Step, z.array(Action)])
  .transform((input): readonly JobAction[] => (Array.isArray(input) ? input : [input]));
export type JobActions = z.infer<typeof JobActions>;
