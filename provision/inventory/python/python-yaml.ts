import type { ScalarTag } from "yaml";
import { Float } from "./float.ts";
import { encrypted, UnsafeText } from "./opaque.ts";
import { toWholeNumber } from "./value.ts";

const sexagesimal = (text: string): number =>
  text.split(":").reduce((sum, part) => sum * 60 + Number(part.replaceAll("_", "")), 0);

/** A sign, and what follows it. */
function splitSign(text: string): { sign: 1 | -1; digits: string } {
  return { sign: text.startsWith("-") ? -1 : 1, digits: text.replace(/^[+-]/, "").replaceAll("_", "") };
}

function resolveWhole(text: string): number | bigint {
  const { sign, digits } = splitSign(text);
  if (digits.includes(":")) return sign * sexagesimal(digits);
  const isOctal = /^0[0-7]+$/.test(digits);
  return toWholeNumber(BigInt(sign) * BigInt(isOctal ? `0o${digits.slice(1)}` : digits));
}

function resolveFloat(text: string): Float {
  const { sign, digits } = splitSign(text.toLowerCase());
  if (digits === ".inf") return new Float(sign * Number.POSITIVE_INFINITY);
  if (digits === ".nan") return new Float(Number.NaN);
  return new Float(sign * (digits.includes(":") ? sexagesimal(digits) : Number(digits)));
}

const nothing: ScalarTag = {
  tag: "tag:yaml.org,2002:null",
  default: true,
  test: /^(?:~|null|Null|NULL|)$/,
  resolve: () => null,
};

const boolean: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|true|on)$/i.test(text),
};

const whole: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  resolve: resolveWhole,
};

const point: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  resolve: resolveFloat,
};

/** JSON's numbers: `1e3` is one there, and text in YAML 1.1. */
const jsonPoint: ScalarTag = { ...point, test: /^-?\d+(?=[.eE])(?:\.\d+)?(?:[eE][+-]?\d+)?$/ };

/** Ansible's `!unsafe`: a text that is never a template. */
const unsafe: ScalarTag = { tag: "!unsafe", resolve: (text) => new UnsafeText(text) };

/** Not opened here: an error only where it is used. */
const vaults: readonly ScalarTag[] = ["!vault", "!vault-encrypted"].map((tag) => ({
  tag,
  resolve: encrypted,
}));

/**
 * The scalars of YAML 1.1 as PyYAML, and so Ansible, reads them: `yes` is true, `010` is 8, `1:30` is 90, `1e3` is text.
 * Dates stay text.
 */
export const pythonTags: readonly ScalarTag[] = [nothing, boolean, whole, point, unsafe, ...vaults];

/** The scalars of a file that is JSON, which Ansible then reads as JSON. */
export const jsonTags: readonly ScalarTag[] = [nothing, boolean, whole, jsonPoint];

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
