import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../../../../shared/problem.ts";
import { convertToTasksYaml } from "../../../../../supervisor/config/dialects/convert.ts";
import { exampleTasksYaml } from "../../../../../supervisor/config/example.ts";
import { tasksFileSchema } from "../../../../../supervisor/config/json-schema.ts";
import { parseTasksFile, type TasksConfig } from "../../../../../supervisor/config/tasks-file.ts";

function read(name: string): string {
  return readFileSync(new URL(`samples/${name}`, import.meta.url), "utf8");
}

function parse(text: string): TasksConfig {
  const parsed = parseTasksFile(text, "tasks.yaml");
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.value;
}

describe("files of other supervisors", () => {
  it("run unchanged: Taskmaster in Go", () => {
    expect(parse(read("taskmaster-go.yaml")).tasks.nginx).toMatchObject({
      instances: 2,
      restart: "no",
      success_exit_codes: [0, 2],
      start_period: 5_000,
      start_retries: 3,
      stop_signal: "SIGUSR1",
      stop_grace_period: 10_000,
      stdout: [{ kind: "file", path: "/tmp/nginx.stdout" }],
      environment: { ANSWER: "42" },
      working_dir: "/tmp",
    });
  });

  it("run unchanged: Taskmaster in Rust, with or without programs", () => {
    const text = read("taskmaster-rust.yaml");
    const config = parse(text);
    expect(config.tasks.nginx).toMatchObject({ umask: 0o77, restart: "on-failure", start_period: 5_000 });
    expect(config.notify).toMatchObject([{ tcp: "127.0.0.1:8080", on: ["fatal"] }]);
    const flat = text.replace("programs:\n", "").replaceAll(/^ {2}/gm, "");
    expect(parse(flat)).toEqual(config);
  });

  it("run unchanged: a list with intervals", () => {
    const { tasks } = parse(read("interval-list.yaml"));
    expect(tasks).toMatchObject({
      "first-job": { kind: "job", schedule: ["@hourly"] },
      b: { kind: "job", every: 900_000 },
    });
  });

  it("run unchanged: a list in which names are free, and may come twice", () => {
    const text =
      "tasks:\n  - { name: a b, command: x }\n  - { name: a b, command: y }\n  - { name: a-b, command: z }\n";
    expect(Object.keys(parse(text).tasks)).toEqual(["a-b", "a-b-2", "a-b-3"]);
    const bad = parseTasksFile("tasks:\n  - { name: a, command: x, interval: often }\n", "t.yml");
    expect(bad.ok ? [] : bad.problems.map(formatProblem)).toEqual([
      't.yml:2:38: tasks.a.every: "often" is not a duration; write it like 10s, 1m30s or 500ms',
    ]);
  });

  it("name their problems where they stand, in their own words", () => {
    const parsed = parseTasksFile("programs:\n  web:\n    cmd: x\n    numprocs: two\n", "t.yml");
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.position)).toEqual([
      { line: 4, column: 15 },
    ]);
  });

  it("stay the same when what they became is converted again", () => {
    for (const name of ["taskmaster-go.yaml", "taskmaster-rust.yaml", "interval-list.yaml"]) {
      const once = convertToTasksYaml({ file: name, text: read(name) }, "yaml");
      const twice = once.ok ? convertToTasksYaml({ file: name, text: once.value.text }, "yaml") : once;
      expect(twice).toEqual(once);
    }
  });
});

it("the example is good", () => {
  expect(Object.keys(parse(exampleTasksYaml).tasks)).toEqual(["web", "worker", "prepare", "cleanup"]);
});

it("the editor's line may be a comment or a key", () => {
  expect(exampleTasksYaml).toMatch(/^# yaml-language-server: \$schema=\S+/);
  expect(Object.keys(parse("$schema: ./tasks.schema.json\ntasks: { a: { command: x } }").tasks)).toEqual([
    "a",
  ]);
});

it("the JSON Schema knows every key", () => {
  expect(JSON.stringify(tasksFileSchema())).toContain('"stop_grace_period"');
});
