import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../../../shared/problem.ts";
import { parseTasksFile } from "../../../../supervisor/config/tasks-file.ts";

function tasksOf(text: string) {
  const parsed = parseTasksFile(text, "tasks.yaml");
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.value.tasks;
}

const texts = ["1.10", "0755", "007", "1e3", "1234567e8", "0x1F", "0o17", "-0", "+5", "1_000", ".inf", "yes"];
texts.push("12345678901234567890", "True", "FALSE", "2026-01-01", "1.", "10", "true", "1:30");

describe("a text without quotes", () => {
  it.each(texts)("arrives as it is written: %s", (text) => {
    const { a } = tasksOf(`
defaults: { environment: { BASE: ${text} } }
x-more: &more { MERGED: ${text} }
tasks:
  a:
    command: [run, ${text}]
    description: ${text}
    environment: { <<: *more, OWN: ${text} , ${text}: x }
    healthcheck: { exec: [ask, ${text}] }
    stop_command: [stop, ${text}]
    requires_environment: [${text}]
    group: ${text}`);
    expect(a).toMatchObject({
      command: ["run", text],
      description: text,
      environment: { BASE: text, MERGED: text, OWN: text, [text]: "x" },
      healthcheck: { exec: ["ask", text] },
      stop_command: ["stop", text],
      requires_environment: [text],
      group: text,
    });
  });

  it("is the name of a task", () => {
    const { b } = tasksOf("tasks: { 007: { command: 1.10 }, b: { command: true, depends_on: [007] } }");
    expect(b).toMatchObject({ command: ["true"], depends_on: { "007": { condition: "started" } } });
    expect(tasksOf("tasks: [{ name: 007, command: 1.10 }]")).toMatchObject({ "007": { command: ["1.10"] } });
  });

  it("is a number where one is wanted", () => {
    const { a, job } = tasksOf(
      "tasks: { a: { command: x, nice: +5, backoff: { factor: 2.0 } }, job: { command: x, every: 1h, history: 0x10 } }",
    );
    expect(a).toMatchObject({ nice: 5, backoff: { factor: 2 } });
    expect(job).toMatchObject({ history: 16 });
  });

  it("arrives as it is written, whatever number it is", () => {
    const number = fc.stringMatching(/^[-+]?(0[xX])?[0-9]{1,25}(\.[0-9]{0,9})?([eE][-+]?[0-9]{1,3})?$/);
    fc.assert(
      fc.property(number, (text) => {
        const { a } = tasksOf(`tasks: { a: { command: [x, ${text}], environment: { A: ${text} } } }`);
        expect(a).toMatchObject({ command: ["x", text], environment: { A: text } });
      }),
    );
  });
});

const refused = (text: string): string => {
  const parsed = parseTasksFile(text, "tasks.yaml");
  return parsed.ok
    ? ""
    : parsed.problems.map((problem) => `${formatProblem(problem)} ${problem.hint}`).join("\n");
};

describe("a user", () => {
  it.each(["0", "4294967294", "1000:1000", "www-data", "www-data:0", "$" + "{APP_USER}"])(
    "may be %s",
    (user) => {
      expect(tasksOf(`tasks: { a: { command: x, user: "${user}" } }`).a?.user).toBe(user);
    },
  );

  it.each(["4294967295", "4294967296", "-1", "0x10", "1e3", "0755", "00", "1.5", "99999999999999999999"])(
    "and a group are never %s",
    (id) => {
      expect(refused(`tasks: { a: { command: x, user: ${id} } }`)).toContain(`${id} is no id`);
      expect(refused(`tasks: { a: { command: x, user: "1000:${id}" } }`)).toContain(`${id} is no id`);
    },
  );

  it.each(["", ":1", "1:", "a:b:c"])("is not %j", (user) => {
    expect(refused(`tasks: { a: { command: x, user: "${user}" } }`)).toContain("is no user");
  });
});

describe("a YAML text", () => {
  it.each([
    [
      "tasks:\n  a: { command: x }\n  b:\n    schedule: */5 * * * *",
      '4:15: a text that begins with * needs quotes write it in quotes: schedule: "*/5 * * * *"',
    ],
    ["tasks: { a: { schedule: * * * * *, command: x } }", 'quotes: schedule: "* * * * *"'],
    ["tasks:\n  a:\n    schedule:\n      - */5 * * * *\n", 'quotes: - "*/5 * * * *"'],
    ["tasks:\n  a:\n    schedule: @daily\n", 'quotes: schedule: "@daily"'],
    ["tasks:\n  a:\n    command: echo a: b\n", 'quotes: command: "echo a: b"'],
    ['tasks:\n  a:\n    command: "node" x.js\n', "quotes: command: '\"node\" x.js'"],
    ["tasks:\n  a:\n    command:node x.js\n    user: x\n", "write: command: node x.js"],
    ["tasks:\n\ta: 1\n", "2:1: a tab stands in the indentation"],
    ["tasks:\n  a:\n    command: {{ app }}\n", "variables are written $" + "{NAME} here"],
    ["tasks: { a: { command: !secret x } }", "a text that begins with ! needs quotes"],
    ["tasks: &a { b: *a }", "tasks.b: holds itself, by an alias"],
    [`a: ${"{a: ".repeat(300)}${"}".repeat(300)}`, "more than 100 deep"],
    ["[".repeat(5_000), "too deeply"],
    ["tasks: { a: { command: x, environment: { __proto__: 1 } } }", "environment.__proto__: is no name"],
    ['"__proto__": { tasks: {} }', "__proto__: is no name"],
    [`tasks: { ${"x".repeat(129)}: { command: x } }`, "at most 128 characters"],
    ["tasks: { a: { command: [x, ~] } }", 'a text is written in quotes: "", "~", "null"'],
  ])("that cannot be read is refused: %j", (text, message) => {
    expect(refused(text)).toContain(message);
  });

  it("that multiplies by aliases is refused", () => {
    const lists = [..."bcdefghi"].map(
      (name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[index]}`).join(", ")}]`,
    );
    expect(refused(`a: &a [1]\n${lists.join("\n")}`)).toContain("its aliases make more than");
  });

  it("may have tasks with the names of every object", () => {
    const tasks = tasksOf("tasks: { constructor: { command: x, environment: { toString: 1 } } }");
    expect(tasks.constructor).toMatchObject({ environment: { toString: "1" } });
  });
});
