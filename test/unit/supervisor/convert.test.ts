import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convertToTasksYaml, guessDialect } from "../../../supervisor/config/convert.ts";
import { exampleTasksYaml } from "../../../supervisor/config/example.ts";
import { tasksFileSchema } from "../../../supervisor/config/json-schema.ts";
import { formatProblem } from "../../../supervisor/config/problem.ts";
import { parseTasksFile, type TasksConfig } from "../../../supervisor/config/tasks-file.ts";

function read(name: string): string {
  return readFileSync(new URL(`dialects/${name}`, import.meta.url), "utf8");
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

  it("name their problems where they stand, in their own words", () => {
    const parsed = parseTasksFile("programs:\n  web:\n    cmd: x\n    numprocs: two\n", "t.yml");
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.position)).toEqual([
      { line: 4, column: 15 },
    ]);
  });

  it("are converted: supervisord.conf", () => {
    const text = read("supervisord.conf");
    const converted = convertToTasksYaml(text, "supervisord.conf", guessDialect(text, "supervisord.conf"));
    if (!converted.ok) throw new Error("expected a file");
    expect(parse(converted.value).tasks.web).toMatchObject({
      command: ["/usr/bin/web", "--port", "${PORT}"],
      environment: { A: "1", B: "x y" },
      restart: "on-failure",
      stderr: "stdout",
      log: { max_size: 50 * 1024 * 1024 },
      stop_grace_period: 5_000,
    });
    expect(converted.value).toContain("# [program:web] order is given by depends_on, not by priority");
  });

  it("are converted with supervisord's defaults", () => {
    const converted = convertToTasksYaml("[program:a]\ncommand=true\n", "supervisord.conf", "supervisord");
    expect(converted.ok && parse(converted.value).tasks.a).toMatchObject({
      restart: "on-failure",
      start_retries: 3,
      start_period: 1_000,
      stop_signal: "SIGTERM",
      stop_grace_period: 10_000,
    });
  });

  it("are converted: Procfile", () => {
    const converted = convertToTasksYaml(
      "web: serve -p $PORT\n",
      "Procfile",
      guessDialect("web: x", "Procfile"),
    );
    expect(converted.ok && parse(converted.value).tasks.web?.command).toEqual([
      "sh",
      "-c",
      "exec serve -p $$PORT",
    ]);
  });

  it("stay the same when what they became is converted again", () => {
    for (const name of ["taskmaster-go.yaml", "taskmaster-rust.yaml", "interval-list.yaml"]) {
      const once = convertToTasksYaml(read(name), name, "yaml");
      const twice = once.ok ? convertToTasksYaml(once.value, name, "yaml") : once;
      expect(twice).toEqual(once);
    }
  });
});

it("the example is good", () => {
  expect(Object.keys(parse(exampleTasksYaml).tasks)).toEqual(["web", "worker", "prepare", "cleanup"]);
});

it("the JSON Schema knows every key", () => {
  expect(JSON.stringify(tasksFileSchema())).toContain('"stop_grace_period"');
});
