import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { inventoryCommand } from "../../../../provision/cli/inventory.ts";
import { CORPUS, readRecorded } from "../inventory/corpus.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../../../..");

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `longshore inventory` on a file of the corpus, as a user does. */
async function inventory(file: string, ...args: string[]): Promise<Result> {
  const words = ["--import", "tsx", "provision/longshore.ts", "-i", join(CORPUS, file), "inventory", ...args];
  try {
    return { code: 0, ...(await run(process.execPath, words, { cwd: ROOT })) };
  } catch (error) {
    return error as Result;
  }
}

describe.concurrent("longshore inventory", { timeout: 60_000 }, () => {
  const recorded = readRecorded();
  const { list, graph } = recorded.behavioural ?? { list: [], graph: [] };

  test("--list prints what ansible-inventory prints", async () => {
    const { code, stdout, stderr } = await inventory("behavioural.ini", "--list");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(`${list.join("\n")}\n`);
  });

  test("--graph, which is the default, prints what ansible-inventory prints", async () => {
    for (const args of [[], ["--graph"], ["--graph", "all"]]) {
      expect((await inventory("behavioural.ini", ...args)).stdout).toBe(`${graph.join("\n")}\n`);
    }
    expect((await inventory("behavioural.ini", "--graph", "web")).stdout).toBe(
      "@web:\n  |--web1\n  |--web2\n",
    );
  });

  test("--host prints one host's variables, group_vars and host_vars included", async () => {
    const { stdout } = await inventory("group-vars/inventory.ini", "--host", "a");
    expect(JSON.parse(stdout)).toEqual(
      JSON.parse((recorded["group-vars"]?.list ?? []).join("\n"))._meta.hostvars.a,
    );
  });

  test("--limit prints the names that a pattern selects", async () => {
    expect((await inventory("repeated-hosts.ini", "--limit", "web:&db:!b")).stdout).toBe("a\n");
  });

  test("warnings go to stderr, with their places", async () => {
    const { code, stdout, stderr } = await inventory("comments-in-words.ini", "--graph");
    expect(code).toBe(0);
    expect(stdout).not.toContain("warning");
    expect(stderr).not.toContain("#def");
    expect(stderr).toMatch(/^warning: \S+comments-in-words\.ini:2:15: … is not read.*\n {2}put /m);
  });

  test("what cannot be answered is an error, without a stack", async () => {
    const { code, stdout, stderr } = await inventory("one-host.ini", "--graph", "nobody");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe("longshore: the inventory has no group nobody\n  groups: all, ungrouped\n");
  });

  test.each([
    [{ host: "nobody" }, "unknown_host"],
    [{ limit: "nobody" }, "limit_matches_nothing"],
    [{ list: true, graph: true }, "usage"],
  ])("%j is an error", async (options, code) => {
    const file = join(CORPUS, "one-host.ini");
    await expect(inventoryCommand({ inventory: file, ...options })).rejects.toMatchObject({ code });
  });

  test("an inventory with problems is an error that names their places", async () => {
    const { code, stderr } = await inventory("refused-unknown-type.ini");
    expect(code).toBe(1);
    expect(stderr).toMatch(/refused-unknown-type\.ini:1:6: section \[web:var\] has the unknown type "var"/);
  });
});
