import * as z from "zod";
import { Text } from "../../../shared/written.ts";

const form = /^(0o)?0?6[046][04]$/;

/**
 * The mode of a file that is written for people to read; its digits are octal whether quoted or not. Its owner reads and
 * writes it, a group may, and all others may read it at most: what everybody can write proves nothing.
 */
export const FileMode = Text.pipe(z.string().meta({ pattern: form.source })).transform(
  (input, context): number => {
    if (form.test(input)) return Number.parseInt(input.replace(/^0o/, ""), 8);
    const isOctal = /^(0o)?[0-7]{3,4}$/.test(input);
    context.addIssue({
      code: "custom",
      message: isOctal
        ? `${input} is no mode for a log: its owner must be able to read and write it, others may read it at most, and nobody runs it; write 0640, or 0600`
        : `${input} is not a mode; write octal digits such as 0640`,
    });
    return z.NEVER;
  },
);
