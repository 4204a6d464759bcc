import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../../../shared/problem.ts";
import { parseTasksFile } from "../../../../supervisor/config/tasks-file.ts";

function problemsOf(text: string): string[] {
  const parsed = parseTasksFile(text, "tasks.yaml");
  if (parsed.ok) throw new Error("expected problems");
  return parsed.problems.flatMap((problem) => [
    formatProblem(problem),
    ...(problem.hint ? [`  ${problem.hint}`] : []),
  ]);
}

function tasksOf(text: string) {
  const parsed = parseTasksFile(text, "tasks.yaml");
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.value.tasks;
}

describe("a tasks.yaml", () => {
  it("gives every key its default", () => {
    expect(tasksOf("tasks: { web: { command: sleep '1 0' } }").web).toMatchObject({
      command: ["sleep", "1 0"],
      kind: "service",
      restart: "always",
      start_period: 1_000,
      stop_signal: "SIGTERM",
      stop_grace_period: 10_000,
      backoff: { initial: 500, factor: 2, limit: 30_000, jitter: 0.1 },
    });
  });

  it("works defaults into every task, and adds up their environments", () => {
    const { web } = tasksOf(`
defaults: { umask: 77, stop_signal: INT, environment: { A: 1, B: 1 } }
tasks: { web: { command: x, stop_signal: 15, environment: { B: 2 } } }`);
    expect(web).toMatchObject({ umask: 0o77, stop_signal: "SIGTERM", environment: { A: "1", B: "2" } });
  });

  it("adds environments up that are lists, on either side", () => {
    const { a, b } = tasksOf(`
defaults: { environment: [A=1, B=1] }
tasks: { a: { command: x, environment: { B: 2 } }, b: { command: x, environment: ["B=2"] } }`);
    expect(a?.environment).toEqual({ A: "1", B: "2" });
    expect(b?.environment).toEqual({ A: "1", B: "2" });
  });

  it("reads a umask in every way to write one", () => {
    const masks = ["027", "27", '"027"', "0o27", '"0o27"'];
    const text = masks.map((mask, index) => `  t${index}: { command: x, umask: ${mask} }`).join("\n");
    expect(Object.values(tasksOf(`tasks:\n${text}`)).map(({ umask }) => umask)).toEqual(
      masks.map(() => 0o27),
    );
  });

  it.each([
    ["0640", 0o640],
    ["640", 0o640],
    ['"0600"', 0o600],
    ["0o664", 0o664],
    ["0666", /log\.mode: 0666 is no mode for a log: .* write 0640, or 0600$/],
    ["0440", /0440 is no mode for a log/],
    ["0755", /0755 is no mode for a log/],
    ["u=rw", /u=rw is not a mode; write octal digits such as 0640/],
    ["8", /8 is not a mode/],
  ])("reads the mode %s of log files", (mode, wanted) => {
    const text = `tasks: { web: { command: x, stdout: f, log: { mode: ${mode} } } }`;
    if (typeof wanted === "number") expect(tasksOf(text).web?.log.mode).toBe(wanted);
    else expect(problemsOf(text)[0]).toMatch(wanted);
  });

  it.each([
    [
      "output: { format: json, timestamps: true }",
      ["tasks.yaml:1:25: output.timestamps: has no effect: JSON always has the time; leave it out"],
    ],
    ["output: { format: json }", []],
    ["output: { timestamps: true }", []],
    ["groups: { db: { max: 2 } }", []],
    ["groups: { bd: { max: 2 } }", ["tasks.yaml:1:11: groups.bd: has no effect: no job is in this group"]],
    [
      "groups: { web: { max: 2 } }",
      [expect.stringMatching(/groups.web: has no effect: only tasks that are no jobs/)],
    ],
  ])("ignores nothing that is said once for all: %s", (line, problems) => {
    const tasks = "tasks: { t: { command: x, group: web }, j: { command: x, every: 1h, group: db } }";
    const parsed = parseTasksFile(`${line}\n${tasks}`, "tasks.yaml");
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual(problems);
  });

  it.each([
    [
      "queue_limit: 5, schedule: '@daily'",
      /tasks\.t\.queue_limit: has no effect: no run waits; write overlap: queue/,
    ],
    ["overlap: queue, queue_limit: 5, schedule: '@daily'", undefined],
    ["overlap: skip", /tasks\.t\.overlap: has no effect: the task is no job; give it a schedule or every/],
    ["type: oneshot, on_failure: run x", /on_failure: has no effect: the task is no job/],
    ["catch_up: false, catch_up_limit: 1h, every: 1h", /catch_up_limit: has no effect/],
    ["timezone: UTC, every: 1h", /timezone: has no effect: every goes by no clock/],
    ["restart: always, schedule: '@daily'", /restart: has no effect: the task is a job; write retries: 3/],
    ["restart: no, schedule: '@daily'", undefined],
    ["restart: never, every: 1h", undefined],
    ["start_retries: 3, schedule: '@daily'", /start_retries: has no effect: the task is a job/],
    ["type: oneshot, readiness: { fd: 3 }", /readiness: has no effect: a oneshot/],
    ["start_period: 3s, readiness: { fd: 3 }", /start_period: has no effect: readiness replaces it/],
    ["stop_signal: INT, stop_steps: [{ signal: TERM, wait: 1s }]", /stop_signal: has no effect: stop_steps/],
    ["log: { max_size: 1MB }", /log: has no effect: no output goes to a file/],
    ["log: { max_size: 1MB }, stdout: [inherit, f]", undefined],
    ["critical: true, every: 1h", /critical: has no effect: the task is a job; on_failure/],
    ["reload_signal: HUP, healthcheck: { tcp: 80 }, max_memory: 1g, every: 1h", undefined],
    [
      "restart: no, restart_limit: { max: 3, within: 1m }",
      /restart_limit: has no effect: nothing starts it again/,
    ],
    ["restart: never, backoff: { initial: 1s }", /backoff: has no effect: nothing starts it again/],
    ["restart: no, start_retries: 3", undefined],
    ["type: oneshot, restart_limit: { max: 3, within: 1m }", /restart_limit: has no effect/],
    ["type: oneshot, restart: on-failure, restart_limit: { max: 3, within: 1m }", undefined],
    ["restart: no, backoff: { initial: 1s }, max_memory: 1g", undefined],
    ["restart: no, backoff: { initial: 1s }, healthcheck: { tcp: 80 }", undefined],
    [
      "restart: no, backoff: { initial: 1s }, healthcheck: { tcp: 80, on_failure: mark }",
      /backoff: has no effect/,
    ],
  ])("ignores nothing in silence: %s", (keys, problem) => {
    const text = `tasks: { t: { command: x, ${keys} }, x: { command: x, type: oneshot } }`;
    if (problem === undefined) tasksOf(text);
    else expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
    // What many tasks start from is for those that it fits.
    if (!keys.includes("overlap: skip")) return;
    expect(tasksOf(`defaults: { ${keys} }\ntasks: { t: { command: x } }`).t?.overlap).toBe("skip");
  });

  it("takes as many aliases as a long file has", () => {
    const tasks = Array.from({ length: 6_000 }, (_, index) => `  t${index}: { <<: *base, command: x }`);
    const text = `x-env: &env { A: 1 }\nx-base: &base { environment: *env }\ntasks:\n${tasks.join("\n")}`;
    expect(tasksOf(text).t5999?.environment).toEqual({ A: "1" });
  });

  it("makes a job of a task with a schedule", () => {
    const { job } = tasksOf(
      'tasks: { job: { command: x, schedule: ["@weekly", "0 3 * * MON-FRI"], timezone: Europe/Berlin } }',
    );
    expect(job).toMatchObject({ kind: "job", restart: "no", schedule: ["@weekly", "0 3 * * MON-FRI"] });
  });

  it("takes anchors, merge keys and x- keys, as Compose files have them", () => {
    const { web } = tasksOf("x-base: &base { umask: 22 }\ntasks: { web: { <<: *base, command: x } }");
    expect(web?.umask).toBe(0o22);
  });

  it.each([
    [
      "tasks: { web: { comand: x } }",
      "tasks.yaml:1:10: tasks.web.command: is missing; expected a string or a list",
    ],
    [
      "tasks: { web: { command: x, instances: two } }",
      'tasks.yaml:1:40: tasks.web.instances: expected a number, got "two"',
    ],
    [
      'tasks:\n  web: { command: "a \'b" }',
      'tasks.yaml:2:19: tasks.web.command: cannot split "a \'b": a quote is not closed',
    ],
    ["tasks:\n  web:\n", "tasks.yaml:2:3: tasks.web: expected a map, got nothing"],
    ["tasks: [a]", "tasks.yaml:1:8: tasks: expected a map, got a list"],
    ["{}", "tasks.yaml:1:1: tasks: is missing; expected a map"],
    ["tasks: { a: { command: x }, a: { command: y } }", "tasks.yaml:1:29: a stands here twice"],
    ["tasks: {}\n---\ntasks: {}", "tasks.yaml:2:1: a second document begins here, and the file is to be one"],
    ["tasks: { a: *b }", "tasks.yaml:1:13: nothing above is marked &b"],
    [
      "tasks: { __proto__: { command: x } }",
      "tasks.yaml:1:10: tasks.__proto__: is no name that can be used here",
    ],
    ["tasks: { a: { command: x, constructor: 1 } }", "tasks.yaml:1:27: tasks.a.constructor: unknown key"],
    [
      "tasks: { a: { command: x, restart: valueOf } }",
      'tasks.yaml:1:36: tasks.a.restart: expected always, on-failure or no, got "valueOf"',
    ],
    [
      "tasks: { a: { command: x, depends_on: [toString] } }",
      'tasks.yaml:1:27: tasks.a.depends_on.toString: no task is named "toString"',
    ],
    [
      "tasks: { a: { command: x, depends_on: [c] }, b: { comand: x } }",
      'tasks.yaml:1:27: tasks.a.depends_on.c: no task is named "c"',
    ],
    [
      "tasks: { w_2: { command: x }, w_3: { command: x }, w: { command: x, instances: 2 } }",
      "tasks.yaml:1:10: tasks.w_2: is also the name of an instance of w, which has 2",
    ],
    [
      "tasks: { all: { command: x } }",
      "tasks.yaml:1:10: tasks.all: is what longshorectl calls every task; take another name",
    ],
    [
      "defaults: { umask: 9 }\ntasks: { a: { command: x }, b: { command: x } }",
      "tasks.yaml:1:20: defaults.umask: 9 is not a umask; write octal digits such as 022",
    ],
    [
      "tasks: { a: { command: x, depends_on: [a] } }",
      "tasks.yaml:1:27: tasks.a.depends_on.a: depends on itself: a -> a",
    ],
  ])("names what is wrong with %j", (text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  it("does not call a dependency unknown that has a problem of its own", () => {
    expect(problemsOf("tasks: { a: { command: x, depends_on: [b] }, b: {} }")).toHaveLength(1);
    expect(problemsOf("tasks: { w_3: {}, w: { command: x, instances: 2 } }")).toHaveLength(1);
  });

  it("suggests what a misspelt key could have been", () => {
    expect(problemsOf("tasks: { web: { command: x, healthchek: {} } }")).toEqual([
      "tasks.yaml:1:29: tasks.web.healthchek: unknown key",
      '  did you mean "healthcheck"?',
    ]);
    expect(problemsOf("task: {}")).toContain('  did you mean "tasks"?');
  });

  it("prints the whole of a dependency cycle", () => {
    const text =
      "tasks: { a: { command: x, depends_on: [b] }, b: { command: x, depends_on: [c] }, c: { command: x, depends_on: [a] } }";
    expect(problemsOf(text)).toEqual([expect.stringContaining("depends on itself: a -> b -> c -> a")]);
  });

  it("never throws, whatever the text", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom("tasks:", "  web:", "    command: [a]", "    - x", "  <<: *a", "defaults: {"),
    );
    fc.assert(fc.property(fc.array(line), (lines) => void parseTasksFile(lines.join("\n"), "t")));
  });
});
