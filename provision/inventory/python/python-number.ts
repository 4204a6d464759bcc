import { Float } from "./float.ts";
import type { TextReader } from "./text-reader.ts";
import { toWholeNumber } from "./value.ts";

const digits = String.raw`\d(?:_?\d)*`;
const exponent = `[eE][+-]?${digits}`;
// A number ends where no letter, digit or point follows: `10.0.0.1`, `5G` and `3j` are none.
const end = String.raw`(?![\p{L}\p{N}_.])`;
const sign = /[+-][ \t\f]*/y;
const float = new RegExp(
  `(?:(?:${digits})?\\.${digits}(?:${exponent})?|${digits}\\.(?:${exponent})?|${digits}${exponent})${end}`,
  "uy",
);
const whole = new RegExp(
  `(?:0[xX](?:_?[\\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\\d)*|0(?:_?0)*)${end}`,
  "uy",
);

/** CPython refuses longer ones. */
const LONGEST = 4300;

/**
 * Reads a Python number with at most one sign; undefined where none stands.
 *
 * @throws UnreadableText for a sign without a number
 */
export function readNumber(reader: TextReader): number | bigint | Float | undefined {
  const signed = reader.take(sign);
  const negative = signed?.startsWith("-") === true;
  const asFloat = reader.take(float);
  if (asFloat !== undefined) {
    const value = Number(asFloat.replaceAll("_", ""));
    return new Float(negative ? -value : value);
  }
  const asWhole = reader.take(whole)?.replaceAll("_", "");
  if (asWhole === undefined && signed === undefined) return undefined;
  if (asWhole === undefined || asWhole.length > LONGEST) reader.fail();
  const value = BigInt(asWhole);
  return toWholeNumber(negative ? -value : value);
}
