import * as z from "zod";
import { suggestWord } from "../../../shared/suggest.ts";
import { parseSignal, type SignalName, signalNames } from "./signal-name.ts";

/** What an editor offers. */
const usual = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGKILL"];

/** A signal in a configuration file, by name or number; the value is the name with `SIG`. */
export const Signal = z
  .union([z.string().meta({ examples: usual }), z.int()])
  .transform((input, context): SignalName => {
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
