import { describe, expect, it } from "vitest";
import { formatProblem } from "../../../../shared/problem.ts";
import { parseTasksFile } from "../../../../supervisor/config/tasks-file.ts";

const check = (text: string): string[] => {
  const parsed = parseTasksFile(text, "tasks.yaml");
  return parsed.ok ? [] : parsed.problems.map((problem) => `${formatProblem(problem)} -> ${problem.hint}`);
};

describe("a word of another program", () => {
  it.each([
    ["services: { web: { image: nginx } }", "tasks.yaml:1:1: services: unknown key -> Compose's word"],
    ["apps: [{ name: api, script: ./api.js }]", "apps: unknown key -> PM2's word"],
    ["watchers: []", "watchers: unknown key -> circus's word"],
    ["Service: { ExecStart: x }", "Service: unknown key -> systemd's word"],
    ["tasks: { a: { command: x, cwd: / } }", "tasks.a.cwd: unknown key -> write working_dir:"],
    ["tasks: { a: { command: x, memory: 1g } }", "-> write max_memory: 300M"],
    ["tasks: { a: { command: x, cron_restart: x } }", '-> write schedule: "0 3 * * *"'],
    ["tasks: { a: { ExecStart: x } }", "tasks.a.ExecStart: unknown key -> write it as command:"],
    ["tasks: { a: { command: x, Restart: always } }", "-> write restart: always, on-failure or no"],
    ["tasks: { a: { command: x, ports: [1] } }", "-> belongs into compose.yaml"],
    [
      "tasks: { a: { command: x, healthcheck: { test: [CMD, x] } } }",
      "healthcheck.test: unknown key -> write exec: [",
    ],
    ["defaults: { cwd: / }\ntasks: {}", "defaults.cwd: unknown key -> write working_dir:"],
    [
      "tasks: { a: { command: x, depends_on: { b: healthy } }, b: { command: x } }",
      "-> write b: { condition: healthy }",
    ],
    ["tasks: { a: command:x }", "-> a colon wants a blank behind it: command: x"],
    ["tasks:\n  a:\n  b: { command: x }", "tasks.a: expected a map, got nothing -> its keys stand below it"],
    ["", "the file is empty -> write tasks: { NAME: { command: PROGRAM ARGUMENT … } }"],
    ["tasks: { a: { command: x, nice: 99 } }", "expected at most 19, got 99"],
  ])("in %j is answered with ours", (text, message) => {
    expect(check(text).join("\n")).toContain(message);
  });

  it("is named once, and not what follows from it", () => {
    expect(check("services: { web: { image: nginx } }")).toHaveLength(1);
  });
});

describe("a command without a shell", () => {
  const commandFault = (command: string) =>
    check(`tasks: { a: { command: ${JSON.stringify(command)} } }`).join();
  it.each([
    ["cd /srv && npm start", "write: working_dir: /srv and command: npm start"],
    ["cd /srv; npm start", '[sh, -c, "cd /srv; npm start"]'],
    ["FOO=1 node x.js", 'write: environment: { FOO: "1" } and command: node x.js'],
    ["FOO=1 node x.js | tee log", '[sh, -c, "FOO=1 node x.js | tee log"]'],
    ["A=1 B=2 node x.js", '[sh, -c, "A=1 B=2 node x.js"]'],
    ["node x.js > log", "redirects input or output"],
    ["node x.js >>log", "redirects input or output"],
    ["node x.js 2>&1", "redirects input or output"],
    ["node x.js < in", "redirects input or output"],
    ["a && b", "runs one command after the other"],
    ["a || b", "runs one command after the other"],
    ["ps aux|grep x", "joins two commands"],
    ["a; b", "ends a command"],
    ["node x.js &", "puts a command into the background"],
    ["node $(which x)", "runs another command"],
    ["node `which x`", "runs another command"],
    ["node $APP/x.js", "no shell runs, so $APP stays as it is -> write $" + "{APP}"],
    ["node ~/x.js", "so ~/x.js would be an argument"],
    ["rm -f /tmp/*.log", "so /tmp/*.log names no files"],
    ["source env.sh", "source is a shell's own word"],
    ["export A=1", "export is a shell's own word"],
    [`echo "it's" > x`, `[sh, -c, 'echo "it''s" > x']`],
  ])("is not %s", (command, message) => {
    expect(commandFault(command)).toContain(message);
  });

  it.each([
    "sh -c 'cd /srv && npm start'",
    'sh -c "FOO=1 node x.js | tee log > x 2>&1 & echo $HOME ~/x $(date)"',
    "echo '&&' \\; \\> '*' a\\|b",
    "gunicorn --forwarded-allow-ips=* app:app",
    "curl https://example.org/?a=1&b=2",
    "node --env A=1 $$HOME $" + "{APP:-a b > c}",
    "find . -name *.tmp",
    "grep -c ^a$ file",
  ])("may be %s", (command) => {
    expect(commandFault(command)).toBe("");
  });

  it.each([
    ['[cd, /srv, "&&", npm, start]', "&& would be an argument"],
    ["[FOO=1, node, x.js]", 'environment: { FOO: "1" } and command: node x.js'],
    ["[cd, /srv]", "cd is a shell's own word"],
  ])("is not the list %s", (command, message) => {
    expect(check(`tasks: { a: { command: ${command} } }`).join()).toContain(message);
  });

  it("is asked for wherever a command stands", () => {
    const settings = "healthcheck: { exec: a && b }, stop_command: a && b, on_success: [{ command: a && b }]";
    expect(check(`tasks: { a: { command: x, ${settings} } }`)).toHaveLength(3);
  });
});
