import fc from "fast-check";
import { join as joinWords } from "shlex";
import { expect, test } from "vitest";
import { describeInventory, drawGraph } from "../../../../provision/inventory/describe.ts";
import { Findings } from "../../../../provision/inventory/findings.ts";
import { parseGlob } from "../../../../provision/inventory/glob.ts";
import { selectHosts } from "../../../../provision/inventory/host-pattern.ts";
import { splitLimit } from "../../../../provision/inventory/limit.ts";
import { type LoadedInventory, parseInventory } from "../../../../provision/inventory/load.ts";
import { parseVars } from "../../../../provision/inventory/parse-vars.ts";
import { Float } from "../../../../provision/inventory/python/float.ts";
import { formatJson } from "../../../../provision/inventory/python/json-text.ts";
import { parseLiteral } from "../../../../provision/inventory/python/python-literal.ts";
import { splitWords } from "../../../../provision/inventory/python/shlex.ts";
import { UserError } from "../../../../shared/user-error.ts";

/** Runs it; a UserError is an answer too, anything else is a crash. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

// Text with a taste for what the format gives a meaning to.
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(..."[]():=#;'\"\\,.-_0129azAZ \t{}~!&*?@") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "[web]",
      "[web:vars]",
      "[a:children]",
      "web",
      "a",
      "[1:3]",
      "True",
      "None",
      ":22",
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "\n",
      "\r\n",
      "x=",
      "\u2028",
      "\ufeff",
      "é",
      "__proto__",
      "ansible_",
      "1e5",
      "{{",
    ),
  },
  fc.string({ unit: "binary", maxLength: 3 }),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

function showAll({ inventory }: LoadedInventory): void {
  // Python's Infinity and NaN are no JSON; the rest must be.
  JSON.parse(
    formatJson(describeInventory(inventory))
      .replace(/: (?:-?Infinity|NaN)(?=,?\n)/g, ": 0")
      .replace(/^(\s+)(?:-?Infinity|NaN)(?=,?$)/gm, "$10"),
  );
  drawGraph(inventory.groups, "all");
}

test("any text is an inventory, or refused with places", () => {
  fc.assert(
    fc.property(text, (source) => {
      const loaded = attempt(() => parseInventory(source, "i"));
      if (loaded !== undefined) showAll(loaded);
    }),
    { numRuns: 2000 },
  );
});

test("any text is a limit, or refused", () => {
  const { inventory } = parseInventory("[web]\nweb[1:3]\n[db]\na\n", "i");
  fc.assert(
    fc.property(text, (limit) => {
      const hosts = attempt(() => selectHosts(inventory, splitLimit(limit)));
      expect(hosts?.length).not.toBe(0);
    }),
    { numRuns: 2000 },
  );
});

test("any text is a file of variables, or refused with a place", () => {
  fc.assert(
    fc.property(text, (source) => {
      const findings = new Findings("v");
      parseVars(source, findings);
      for (const { position } of findings.problems) expect(position).toBeDefined();
    }),
    { numRuns: 1000 },
  );
});

test("words that a shell would quote come back as they were", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      expect(splitWords(joinWords(words)).map((each) => each.text)).toEqual(words);
    }),
  );
});

test("JSON is a Python literal, but for its own words", () => {
  const json = fc
    .jsonValue({ noUnicodeString: false })
    .filter((value) => !/true|false|null|e[+-]|E/.test(JSON.stringify(value)));
  fc.assert(
    fc.property(json, (value) => {
      const literal = parseLiteral(JSON.stringify(value));
      expect(JSON.parse(formatJson(literal?.value ?? "not a literal"))).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test("a float's text is the float, with a point or an exponent", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const written = new Float(value).toString();
      expect(Number(written)).toBe(value);
      expect(written).toMatch(/[.e]/);
      expect(parseLiteral(written)?.value).toEqual(new Float(value));
    }),
  );
});

test("a glob without wildcards matches itself alone", () => {
  const plain = fc.string({ unit: "grapheme", minLength: 1 }).filter((name) => !/[*?[]/.test(name));
  fc.assert(
    fc.property(plain, plain, (glob, other) => {
      expect(parseGlob(glob).test(glob)).toBe(true);
      expect(parseGlob(glob).test(other)).toBe(glob === other);
    }),
  );
});
