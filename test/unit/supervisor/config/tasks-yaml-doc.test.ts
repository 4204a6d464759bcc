import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tasksFileSchema } from "../../../../supervisor/config/json-schema.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

it("the documentation of tasks.yaml names every key", () => {
  const guide = readFileSync(new URL("../../../../docs/tasks-yaml.md", import.meta.url), "utf8");
  const { properties = {} } = tasksFileSchema() as Schema;
  const keys = [
    ...Object.keys(properties),
    ...Object.keys(properties.tasks?.additionalProperties?.properties ?? {}),
  ];
  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter((key) => !guide.includes(`\`${key}\``))).toEqual([]);
});
