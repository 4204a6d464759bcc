import { beforeAll, describe, expect, test } from "vitest";
import { describeHost, describeInventory, drawGraph } from "../../../../provision/inventory/describe.ts";
import { selectHosts } from "../../../../provision/inventory/host-pattern.ts";
import type { Inventory } from "../../../../provision/inventory/inventory.ts";
import { readLimit } from "../../../../provision/inventory/limit.ts";
import { loadInventory } from "../../../../provision/inventory/load.ts";
import { formatJson } from "../../../../provision/inventory/python/json-text.ts";
import { UserError } from "../../../../shared/user-error.ts";
import { type Answer, type Case, readCorpus, readRecorded } from "./corpus.ts";

const cases = readCorpus();
const recorded = readRecorded();

/** One of their terms matches nothing: Ansible warns and goes on without it, here it is an error. */
const WITH_UNMATCHED_TERM = ["web-a:nothing", "all:!nothing", "web1:2001:db8::1", "2001:*"];

/** The selection of a limit, null where it is refused. */
async function select(inventory: Inventory, limit: string): Promise<string[] | null> {
  try {
    return selectHosts(inventory, await readLimit(limit)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

describe("what Ansible reads in an inventory, Longshore reads", () => {
  test("the corpus is the one that was recorded", () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(cases.map(({ name }) => name)).toEqual(Object.keys(recorded));
  });

  describe.each(cases.filter(({ name }) => !/^(refused|stricter)-/.test(name)))("$name", (one: Case) => {
    let inventory: Inventory;
    let answer: NonNullable<Answer>;
    beforeAll(async () => {
      answer = recorded[one.name] as NonNullable<Answer>;
      ({ inventory } = await loadInventory(one.file));
    });

    test("--list, to the letter", () => {
      expect(formatJson(describeInventory(inventory)).split("\n")).toEqual(answer.list);
    });

    test("--host", () => {
      const { hostvars } = JSON.parse(answer.list.join("\n"))._meta;
      for (const host of inventory.hosts) {
        expect(JSON.parse(formatJson(describeHost(host)))).toEqual(hostvars[host.name] ?? {});
      }
    });

    test("--graph", () => {
      expect(drawGraph(inventory.groups, "all")).toEqual(answer.graph);
    });

    test.each(one.limits)("--limit '%s'", async (limit) => {
      const answered = answer.limits[limit] ?? null;
      // Nor is it an error for Ansible to select no host at all.
      const isRefused = answered?.length === 0 || WITH_UNMATCHED_TERM.includes(limit);
      expect(await select(inventory, limit)).toEqual(isRefused ? null : answered);
    });
  });

  test.each(cases.filter(({ name }) => name.startsWith("refused-")))("$name", async ({ name, file }) => {
    expect(recorded[name]).toBeNull();
    await expect(loadInventory(file)).rejects.toMatchObject({ code: "inventory_syntax" });
  });

  test.each(cases.filter(({ name }) => name.startsWith("stricter-")))("$name", async ({ name, file }) => {
    expect(recorded[name]).not.toBeNull();
    await expect(loadInventory(file)).rejects.toMatchObject({ code: "inventory_syntax" });
  });
});
