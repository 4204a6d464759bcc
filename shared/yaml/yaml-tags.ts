import { isScalar, type ScalarTag, type Tags } from "yaml";
import { Written } from "../written.ts";

/** Every key but `<<` is the text that stands there: `007`, `1.10` and `null` too. */
const plainKey: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: "key",
  test: /^(?!<<$)/,
  resolve: (text) => text,
};

/**
 * YAML's scalars, where a number or boolean that its value does not write as it stands keeps its text. Octal numbers are
 * texts: a umask's digits are octal anyway.
 */
export function keepTexts(tags: Tags): Tags {
  const known = tags.flatMap((tag) => (typeof tag === "string" || tag.format === "OCT" ? [] : [tag]));
  return [plainKey, ...known.map((tag) => ("test" in tag ? keepText(tag as ScalarTag) : tag))];
}

function keepText(tag: ScalarTag): ScalarTag {
  if (typeof tag.default === "string") return tag;
  return {
    ...tag,
    resolve: (text, onError, options) => {
      const resolved = tag.resolve(text, onError, options);
      // Some tags give the value alone, others a node.
      const value = isScalar(resolved) ? resolved.value : resolved;
      const says = (typeof value === "number" || typeof value === "boolean") && String(value) !== text;
      return says ? new Written(value, text) : value;
    },
  };
}
