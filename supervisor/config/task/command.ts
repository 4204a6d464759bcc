import * as z from "zod";
import { Text } from "../../../shared/written.ts";
import { findShellSyntax, findShellWord } from "./shell-syntax.ts";
import { splitWords } from "./split-words.ts";

/** A program and its arguments. */
export type Argv = readonly [string, ...string[]];

/**
 * A command of a task: an argv list, or one string that is split into words the way a POSIX shell does it
 * (quotes and backslashes), without running a shell.
 */
export const Command = z
  .union([Text, z.array(Text).meta({ minItems: 1 })])
  .transform((input, context): Argv => {
    const words = typeof input === "string" ? splitWords(input) : input;
    if (words === undefined) {
      context.addIssue({
        code: "custom",
        message: `cannot split ${JSON.stringify(input)}: a quote is not closed`,
      });
      return z.NEVER;
    }
    const fault = typeof input === "string" ? findShellSyntax(input) : findShellWord(input);
    if (fault !== undefined) {
      context.addIssue({ code: "custom", message: fault.message, params: { hint: fault.hint } });
      return z.NEVER;
    }
    const [program, ...rest] = words;
    if (program === undefined || program === "") {
      context.addIssue({ code: "custom", message: "names no program" });
      return z.NEVER;
    }
    return [program, ...rest];
  });
