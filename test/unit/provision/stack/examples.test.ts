import { describe, expect, test } from "vitest";
import { parseInventory } from "../../../../provision/inventory/load.ts";
import { resolveSettings } from "../../../../provision/stack/settings.ts";
import { parseStack } from "../../../../provision/stack/stack.ts";
import { parseTasksFile } from "../../../../supervisor/config/tasks-file.ts";
import { type CodeBlock, readCodeBlocks } from "../../docs/code-blocks.ts";

const blocks = readCodeBlocks();
const nameOf = ({ page, line }: CodeBlock) => `${page}:${line}`;

describe("the examples of the pages are read without a problem", () => {
  const stacks = blocks.filter(({ language, text }) => language === "yaml" && text.includes("x-longshore:"));
  test.each(stacks.map((block) => [nameOf(block), block] as const))("stack %s", (name, { text }) => {
    const stack = parseStack(text, name, ".");
    expect(resolveSettings(stack, { name: "web1", groups: [], vars: {} } as never).supervisor).toBe("web");
  });

  const tasks = blocks.filter(({ language, text }) => language === "yaml" && /^tasks:/m.test(text));
  test.each(tasks.map((block) => [nameOf(block), block] as const))("tasks %s", (name, { text }) => {
    expect(parseTasksFile(text, name)).toMatchObject({ ok: true });
  });

  const inventories = blocks.filter(({ language }) => language === "ini");
  test.each(inventories.map((block) => [nameOf(block), block] as const))("inventory %s", (name, { text }) => {
    expect(() => parseInventory(text, name)).not.toThrow();
  });
});
