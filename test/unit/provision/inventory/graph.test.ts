import { expect, test } from "vitest";
import { describeInventory, drawGraph } from "../../../../provision/inventory/describe.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";

/** Groups of which two at a level contain both of the next. */
const diamonds = (levels: number) =>
  `${Array.from({ length: levels }, (_, at) =>
    ["a", "b"].map((side) => `[${side}${at}:children]\na${at + 1}\nb${at + 1}\n`).join(""),
  ).join("")}[a${levels}]\nweb1\n[b${levels}]\nweb1\n`;

test("groups that are in several others are drawn each time", () => {
  const { inventory } = parseInventory(diamonds(2), "i");
  expect(drawGraph(inventory.groups, "a0").filter((line) => line.endsWith("--web1"))).toHaveLength(4);
});

test("a drawing that would double forty times is refused; the list, the hosts and their variables are not", () => {
  const { inventory } = parseInventory(diamonds(40), "i");
  expect(() => drawGraph(inventory.groups, "all")).toThrow(
    expect.objectContaining({ code: "inventory_size", hint: expect.stringContaining("--list") }),
  );
  expect(describeInventory(inventory)).toMatchObject({ a0: { children: ["a1", "b1"] } });
  expect(inventory.hosts[0]?.groups).toHaveLength(82);
});
