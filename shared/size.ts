import * as z from "zod";

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a size as Compose writes it: `10MB`, `512k`, `1g`; the units are powers of 1024. Undefined when it is none. */
function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(text);
  const unit = units[match?.[2]?.toLowerCase() ?? ""];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

/** What an editor can know of it; `parseSize` decides. */
const Text = z
  .string()
  .meta({ pattern: "^\\d+(\\.\\d+)?\\s*[kKmMgG]?[iI]?[bB]?$", examples: ["512k", "10MB", "1g"] });

/** A size in a configuration file; the value is bytes. */
export const Size = z.union([Text, z.int().nonnegative()]).transform((input, context) => {
  const bytes = parseSize(String(input));
  if (bytes !== undefined) return bytes;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(input)} is not a size; write it like 10MB or 512k`,
  });
  return z.NEVER;
});
