import { expect, it } from "vitest";
import { tasksFileSchema } from "../../../../supervisor/config/json-schema.ts";

interface Schema {
  readonly description?: string;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly { readonly not: Schema }[];
}

const file = tasksFileSchema() as Schema;
const task = file.properties?.tasks?.additionalProperties as Schema;

/** The keys of a schema, and of the maps in it, that an editor has nothing to say of. */
function listSilent(schema: Schema, path = ""): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [
    ...(value.description === undefined ? [`${path}${key}`] : []),
    ...listSilent(value, `${path}${key}.`),
  ]);
}

it("says what every key is for", () => {
  expect(Object.keys(task.properties ?? {}).length).toBeGreaterThan(40);
  expect(listSilent(task).filter((key) => !key.startsWith("restart_limit."))).toEqual([]);
  const ofFile = listSilent({ properties: { ...file.properties, defaults: {} } });
  expect(ofFile.filter((key) => !/^(defaults|events\.|control\.tls)/.test(key))).toEqual([]);
});

it("knows what `check` refuses where a schema can", () => {
  const { healthcheck, start_period, max_memory } = task.properties ?? {};
  expect(healthcheck?.oneOf).toEqual([{ required: ["http"] }, { required: ["tcp"] }, { required: ["exec"] }]);
  expect(task.allOf).toContainEqual({ not: { required: ["schedule", "every"] } });
  expect(file.anyOf).toEqual([{ required: ["tasks"] }, { required: ["include"] }]);
  const patternOf = (schema?: Schema) =>
    new RegExp(schema?.anyOf?.find(({ pattern }) => pattern)?.pattern ?? "");
  for (const text of ["500ms", "1m30s", "7d", "10", "1.5h"]) expect(text).toMatch(patternOf(start_period));
  for (const text of ["", "10x", "-1s", "s"]) expect(text).not.toMatch(patternOf(start_period));
  for (const text of ["10MB", "512k", "1 GiB", "7"]) expect(text).toMatch(patternOf(max_memory));
  for (const text of ["10ZB", "MB", ""]) expect(text).not.toMatch(patternOf(max_memory));
});
