import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parsePythonRegExp } from "../../../../provision/inventory/glob.ts";
import { selectHosts } from "../../../../provision/inventory/host-pattern.ts";
import { readLimit, splitLimit } from "../../../../provision/inventory/limit.ts";
import { parseInventory } from "../../../../provision/inventory/load.ts";

const { inventory } = parseInventory("[web]\nweb[1:4]\n[db]\ndb1\nweb4\n[empty]\n", "i");
const select = async (limit: string) =>
  selectHosts(inventory, await readLimit(limit)).map(({ name }) => name);

describe("--limit", () => {
  test.each([
    ["web1,db1", ["web1", "db1"]],
    ["web1, db1", ["web1", "db1"]],
    ["web1:db1", ["web1", "db1"]],
    ["web[1:2]:db1", ["web[1:2]", "db1"]],
    ["web[1:2]", ["web[1:2]"]],
    ["2001:db8::1", ["2001:db8::1"]],
    ["2001:db8::1,a", ["2001:db8::1", "a"]],
    ["all:!web:&db", ["all", "!web", "&db"]],
    [" , ", []],
  ])("'%s' has the terms %j", (limit, terms) => {
    expect(splitLimit(limit)).toEqual(terms);
  });

  test("without one, every host is selected", () => {
    expect(selectHosts(inventory, undefined)).toBe(inventory.hosts);
  });

  test.each([
    "nothing",
    "web[9]",
    "web[-9]",
    "web[3:1]",
    "web:&empty",
    "web,nothing",
    "web:!nothing",
    "!all",
    "empty",
  ])("'%s' selects no host, or has a term that matches nothing: an error", async (limit) => {
    await expect(select(limit)).rejects.toMatchObject({ code: "limit_matches_nothing" });
  });

  test("the error says what there is", async () => {
    await expect(select("wbe")).rejects.toMatchObject({
      message: '"wbe" of --limit matches no host and no group',
      hint: "known: all, ungrouped, web, db, empty, web1, web2, web3, web4, db1",
    });
  });

  test("a group without hosts excludes nothing", async () => {
    expect(await select("db:!empty")).toEqual(["web4", "db1"]);
  });

  test.each(["~(", "~[", "web[", "web]:db", "web[b-a]"])("'%s' cannot be read: an error", async (limit) => {
    await expect(select(limit)).rejects.toMatchObject({ code: "limit_syntax" });
  });

  test.each(["", ",", " , ", "!", "&", "~", "web1,!", "web1:&~"])(
    "'%s' is empty: an error",
    async (limit) => {
      await expect(select(limit)).rejects.toMatchObject({ code: "limit_empty" });
    },
  );

  test.each([`${"*a".repeat(30)}*`, "?*".repeat(40), "*[!x]".repeat(30)])(
    "%s costs no more than its length",
    (glob) => {
      const { inventory } = parseInventory(`${"a".repeat(200)}b\n`, "i");
      // Where it goes back for each star this does not end.
      expect(() => selectHosts(inventory, [`${glob}z`])).toThrow(/matches no host/);
    },
  );

  test("an expression that would go back and forth for years is ended", () => {
    const { inventory } = parseInventory(`${"a".repeat(60)}b\n`, "i");
    expect(() => selectHosts(inventory, ["~(a+)+$"])).toThrow(
      expect.objectContaining({ code: "limit_slow" }),
    );
  });

  test("@FILE has a term a line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "longshore-limit-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "retry"), "web1\n\n db1 \nweb[2]\n");
    expect(await select(`@${folder}/retry`)).toEqual(["web1", "web3", "db1"]);
    expect(await select(`@${folder}/retry,!web1`)).toEqual(["web3", "db1"]);
    await expect(select(`@${folder}/other`)).rejects.toMatchObject({ code: "limit_file" });
  });

  test.each([
    ["(?P<a>x)(?P=a)", "xx", true],
    ["(?i)WEB", "web1", true],
    ["\\Aweb\\Z", "web1", false],
    ["b", "web", false],
    ["\\\\A", "\\A", true],
  ])("Python's /%s/ on %s: %s", (expression, name, matches) => {
    expect(parsePythonRegExp(expression).test(name)).toBe(matches);
  });
});
