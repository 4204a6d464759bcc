import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convertToTasksYaml, guessDialect } from "../../../supervisor/config/convert.ts";
import { convertProcfile } from "../../../supervisor/config/dialects/procfile.ts";
import { convertSupervisord } from "../../../supervisor/config/dialects/supervisord.ts";
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

  /** What supervisord 4.2 itself makes of these was looked at. */
  it("are converted: supervisord.conf as people write it", () => {
    const { file, remarks } = convertSupervisord(
      `
[supervisord]
environment=GLOBAL="g,1",PATH2="/x:%(ENV_PATH)s"
umask=027
minfds=4096
user=app
[program:web] ; first
command=serve --port 80%(process_num)02d --name "%(program_name)s one" # trailing
process_name=%(program_name)s_%(process_num)02d
numprocs=2
autostart=False
AutoRestart=True
redirect_stderr=on
environment=
    A="x,B=y", B='q q',C=plain,
    D="50%% $HOME",E="it's; ok",F=%(ENV_HOME)s/x
stdout_logfile=/var/log/%(program_name)s-%(process_num)s.log
stdout_logfile_maxbytes=0
stopasgroup=true
exitcodes=0, 2
[program:plain one]
command=%(ENV_CMD)s
directory=%(here)s/app
numprocs=3
numprocs_start=1
process_name=p%(process_num)d
stdout_logfile=/var/log/%(process_num)s.log
stderr_logfile=/var/log/err.log
stderr_logfile_maxbytes=1MB
stdout_events_enabled=false
[program:docker]
command=nginx -g "daemon off;"
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
stderr_logfile=NONE
autorestart=no
[program:docker]
stopwaitsecs=60
[group:front]
programs=web,docker
[eventlistener:crash]
command=x
[include]
files = conf.d/*.conf
`,
      "/etc/sv",
    );
    const tasks = file.tasks as Record<string, Record<string, unknown>>;
    expect(file.defaults).toEqual({
      environment: { GLOBAL: "g,1", PATH2: "/x:${PATH}" },
      umask: "027",
      rlimits: { nofile: 4096 },
    });
    expect(Object.keys(tasks)).toEqual(["web_00", "web_01", "plain-one", "docker"]);
    expect(tasks.web_01).toEqual({
      command: 'serve --port 8001 --name "web one"',
      restart: "always",
      start_retries: 3,
      autostart: false,
      stderr: "stdout",
      environment: { A: "x,B=y", B: "q q", C: "plain", D: "50% $$HOME", E: "it's; ok", F: "${HOME}/x" },
      stdout: "/var/log/web-1.log",
      log: { max_size: "0", max_files: 10 },
      success_exit_codes: [0, 2],
      group: "front",
    });
    expect(tasks["plain-one"]).toMatchObject({
      command: "${CMD}",
      instances: 3,
      working_dir: "/etc/sv/app",
      stdout: "/var/log/${INSTANCE}.log",
      stderr: "/var/log/err.log",
      log: { max_size: "50MB", max_files: 10 },
    });
    expect(tasks.docker).toMatchObject({
      restart: "no",
      stdout: "inherit",
      stderr: "null",
      stop_grace_period: "60s",
    });
    expect(tasks.docker).not.toHaveProperty("log");
    expect(remarks.map((remark) => remark.replace(/:.*/, ""))).toEqual([
      "[program",
      "[program",
      "[program",
      "[program",
      "[eventlistener",
      "[supervisord] user=app",
    ]);
    const text = convertToTasksYaml(
      "[program:a]\ncommand=x\nautorestart=sometimes\n",
      "s.conf",
      "supervisord",
    );
    expect(text.ok ? [] : text.problems.map(formatProblem)).toEqual([
      expect.stringMatching(/^s\.conf: tasks\.a\.restart: expected always/),
    ]);
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

  it("are converted: Procfile as people write it", () => {
    const { file, remarks } = convertProcfile(
      [
        "web: cd app && npm start -p $PORT",
        "worker: QUEUE=high NAME='a b' bundle exec sidekiq -c ${JOBS:-5}",
        "clock: bundle exec clock # tick",
        "pipe: tail -f log/*.log | grep x",
        "release: ./migrate",
      ].join("\n"),
    );
    const tasks = file.tasks as Record<string, { command: string[] }>;
    expect(Object.values(tasks).map(({ command }) => command[2])).toEqual([
      "cd app && npm start -p $$PORT",
      "QUEUE=high NAME='a b' exec bundle exec sidekiq -c $${JOBS:-5}",
      "exec bundle exec clock # tick",
      "tail -f log/*.log | grep x",
      "exec ./migrate",
    ]);
    expect(tasks.release).toMatchObject({ type: "oneshot" });
    expect(tasks.web).toMatchObject({ depends_on: { release: { condition: "completed_successfully" } } });
    expect(remarks).toHaveLength(1);
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

it("the editor's line may be a comment or a key", () => {
  expect(exampleTasksYaml).toMatch(/^# yaml-language-server: \$schema=\S+/);
  expect(Object.keys(parse("$schema: ./tasks.schema.json\ntasks: { a: { command: x } }").tasks)).toEqual([
    "a",
  ]);
});

it("the JSON Schema knows every key", () => {
  expect(JSON.stringify(tasksFileSchema())).toContain('"stop_grace_period"');
});
