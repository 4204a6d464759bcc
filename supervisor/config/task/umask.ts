import * as z from "zod";
import { Text } from "../../../shared/written.ts";

/** A file mode creation mask; its digits are octal whether quoted or not, so `022`, `22` and `"022"` are the same. */
export const Umask = Text.pipe(z.string().meta({ pattern: "^(0o)?[0-7]{1,4}$" })).transform(
  (input, context): number => {
    const digits = String(input).replace(/^0o/, "");
    if (/^[0-7]{1,4}$/.test(digits)) return Number.parseInt(digits, 8);
    context.addIssue({
      code: "custom",
      message: `${input} is not a umask; write octal digits such as 022`,
    });
    return z.NEVER;
  },
);
