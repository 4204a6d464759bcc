import * as z from "zod";
import { TasksFile } from "./tasks-file.ts";

/** The JSON Schema of a tasks.yaml, for editors: put `# yaml-language-server: $schema=…` into its first line. */
export function tasksFileSchema(): object {
  const { required: _, ...schema } = z.toJSONSchema(TasksFile, {
    io: "input",
    unrepresentable: "any",
    target: "draft-7",
  });
  return {
    title: "tasks.yaml of Longshore",
    ...schema,
    patternProperties: { "^x-": {}, "^\\$schema$": { type: "string" } },
    // A file that includes others needs no tasks of its own.
    anyOf: [{ required: ["tasks"] }, { required: ["include"] }],
  };
}
