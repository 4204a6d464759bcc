import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeUsed, drawGraph } from "../../../../provision/inventory/describe.ts";
import { selectHosts } from "../../../../provision/inventory/host-pattern.ts";
import type { Inventory } from "../../../../provision/inventory/inventory.ts";
import { splitLimit } from "../../../../provision/inventory/limit.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";
import { formatJson } from "../../../../provision/inventory/python/json-text.ts";
import { formatProblem } from "../../../../shared/problem.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/inventory.md"), "utf8");

interface Block {
  language: string;
  text: string;
  /** the inventory that stands before it on the page */
  inventory: string;
}

function listBlocks(): Block[] {
  let inventory = "";
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => {
    if (language === "ini") inventory = text;
    return { language, text, inventory };
  });
}

function select(inventory: Inventory, limit: string): string[] {
  return selectHosts(inventory, splitLimit(limit)).map(({ name }) => name);
}

/** What `longshore inventory ARGUMENTS` prints. */
function answer(inventory: Inventory, [option, operand]: string[]): string {
  if (option === "--graph") return drawGraph(inventory.groups, operand ?? "all").join("\n");
  if (option === "--limit") return select(inventory, operand ?? "").join("\n");
  const host = inventory.hosts.find(({ name }) => name === operand);
  if (option !== "--host" || host === undefined) throw new Error(`cannot answer ${option} ${operand}`);
  return formatJson(describeUsed(host));
}

const blocks = listBlocks();

test("the page has examples of every kind", () => {
  const languages = blocks.map(({ language }) => language);
  expect(languages.filter((language) => language === "ini").length).toBeGreaterThanOrEqual(7);
  expect(languages.filter((language) => language === "console").length).toBeGreaterThanOrEqual(6);
  expect(new Set(languages)).toEqual(new Set(["ini", "console", "text"]));
});

test.each(blocks.filter(({ language }) => language === "console"))("$text", ({ text, inventory }) => {
  const loaded = parseInventory(inventory, "inventory.ini");
  for (const [, command = "", output] of text.matchAll(
    /^\$ longshore inventory (.*)\n((?:(?!\$ ).*\n)+)/gm,
  )) {
    expect(`${answer(loaded.inventory, command.split(" "))}\n`).toBe(output);
  }
});

test.each(blocks.filter(({ language }) => language === "text"))("$text", ({ text, inventory }) => {
  const { warnings } = parseInventory(inventory, "inventory.ini");
  expect(warnings.map((warning) => `${formatProblem(warning)}\n  ${warning.hint}\n`).join("")).toBe(text);
});

test("an inventory that shows no warnings has none", () => {
  const texts = new Set(
    blocks.filter(({ language }) => language === "text").map(({ inventory }) => inventory),
  );
  const silent = blocks.filter(({ language, text }) => language === "ini" && !texts.has(text));
  for (const { text } of silent) expect(parseInventory(text, "inventory.ini").warnings).toEqual([]);
});

test("the table of patterns", () => {
  const section = page.slice(page.indexOf("## Patterns for --limit"));
  const { inventory } = parseInventory(/```ini\n(.*?)```/s.exec(section)?.[1] ?? "", "inventory.ini");
  const rows = [...section.matchAll(/^\| (`.*`) \| (web.*|db.*) \|$/gm)];
  expect(rows.length).toBeGreaterThanOrEqual(9);
  for (const [, patterns = "", hosts = ""] of rows) {
    const expected = hosts.split("; ");
    for (const [index, [, pattern = ""]] of [...patterns.matchAll(/`([^`]+)`/g)].entries()) {
      const names = expected[Math.min(index, expected.length - 1)];
      const wanted = names === "the same" ? expected[index - 1] : names;
      expect({ pattern, hosts: select(inventory, pattern.replaceAll("\\|", "|")).join(", ") }).toEqual({
        pattern,
        hosts: wanted,
      });
    }
  }
});

test("the table of types", () => {
  const read = (line: string, name: string) => parseInventory(line, "i").inventory.hosts[0]?.vars[name];
  const inSection = (value: string) => read(`a\n[all:vars]\nx=${value}`, "x");
  expect(["80", "0x1F", "1_000"].map(inSection)).toEqual([80, 31, 1000]);
  expect(["1.5", "8.0"].map((value) => String(inSection(value)))).toEqual(["1.5", "8.0"]);
  expect(["True", "False", "None", "true", "yes"].map(inSection)).toEqual([true, false, null, "true", "yes"]);
  expect([inSection('"80"'), read("a x='\"80\"'", "x")]).toEqual(["80", "80"]);
  expect(["[1, 2]", "(1, 2)", "{'a': 1}", "80,443"].map(inSection)).toEqual([
    [1, 2],
    [1, 2],
    { a: 1 },
    [80, 443],
  ]);
  expect(["1.10", "0644", "1.2.3", "a b"].map((value) => String(inSection(value)))).toEqual([
    "1.1",
    "0644",
    "1.2.3",
    "a b",
  ]);
});
