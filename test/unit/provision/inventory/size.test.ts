import { expect, test } from "vitest";
import { selectHosts } from "../../../../provision/inventory/host-pattern.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";

const read = (text: string) => parseInventory(text, "i").inventory;
const repeat = (count: number, piece: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => piece(at)).join("");

// What is quadratic takes half a minute and more at these sizes, what is linear a second on a busy machine.
test.each<[string, () => unknown]>([
  ["a host line of 40,000 variables", () => read(`h ${repeat(40_000, (at) => `a${at}=b `)}\n`)],
  ["a host line with 200,000 blanks", () => read(`h a=b${" ".repeat(200_000)}c=d\n`)],
  ["a value with 200,000 blanks", () => read(`h\n[all:vars]\na=b${" ".repeat(200_000)}c\n`)],
  ["a number behind which 200,000 blanks are", () => read(`h\n[all:vars]\na=01.0${" ".repeat(200_000)}#\n`)],
  ["40,000 plain names of connection variables", () => read(`h ${"port=1 ".repeat(40_000)}\n`)],
  ["a name with 40,000 ranges", () => expect(read(`h${"[1:1]".repeat(40_000)}\n`).hosts).toHaveLength(1)],
  [
    "5,000 nested groups",
    () => read(`${repeat(5000, (at) => `[g${at}:children]\ng${at + 1}\n`)}[g5000]\nh\n`),
  ],
  [
    "a pattern of 400,000 open brackets",
    () => expect(() => selectHosts(read("h\n"), ["[".repeat(400_000)])).toThrow(),
  ],
])("%s is read in linear time", { timeout: 15_000 }, (_, work) => {
  work();
});
