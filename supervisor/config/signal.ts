import { constants } from "node:os";
import * as z from "zod";
import { suggestWord } from "./suggest.ts";

/** Every signal that this system knows, by name. */
export const signalNames = Object.keys(constants.signals) as readonly NodeJS.Signals[];

/** `SIGTERM` for `SIGTERM`, `TERM`, `term` or `15`; undefined for what is no signal here. */
export function parseSignal(text: string): NodeJS.Signals | undefined {
  if (/^\d+$/.test(text)) return signalNames.find((name) => constants.signals[name] === Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  return signalNames.find((known) => known === name);
}

/** A signal in a configuration file, by name or number; the value is the name with `SIG`. */
export const Signal = z.union([z.string(), z.int()]).transform((input, context): NodeJS.Signals => {
  const signal = parseSignal(String(input));
  if (signal !== undefined) return signal;
  const near = suggestWord(
    String(input),
    signalNames.map((name) => name.toLowerCase()),
  );
  const hint = near === undefined ? "" : `; did you mean ${near.toUpperCase()}?`;
  context.addIssue({ code: "custom", message: `${JSON.stringify(input)} is not a signal${hint}` });
  return z.NEVER;
});
