import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { formatProblem } from "../../../../../shared/problem.ts";
import { type ConvertSource, convertToTasksYaml } from "../../../../../supervisor/config/dialects/convert.ts";
import { resolveTask } from "../../../../../supervisor/config/instance-spec.ts";
import { parseTasksFile } from "../../../../../supervisor/config/tasks-file.ts";

type Raw = Record<string, unknown>;

interface Result {
  readonly tasks: Readonly<Record<string, Raw>>;
  readonly defaults: Raw | undefined;
  readonly remarks: readonly string[];
  readonly text: string;
}

function convert(text: string, more: Partial<ConvertSource> = {}): Result {
  const converted = convertToTasksYaml({ file: "/etc/sv/s.conf", text, ...more }, "supervisord");
  if (!converted.ok) throw new Error(converted.problems.map(formatProblem).join("\n"));
  const { tasks, defaults } = parse(converted.value.text) as Result;
  const remarks = converted.value.remarks.map((remark) => remark.replace("/etc/sv/s.conf:", ""));
  return { tasks, defaults, remarks, text: converted.value.text };
}

/** The keys of one program, its command aside, and what is remarked on its lines. */
function program(lines: string, inherited: Record<string, string> = {}): { task: Raw; remarks: string[] } {
  const { tasks, remarks } = convert(`[program:p]\ncommand=x\nstdout_logfile=NONE\n${lines}`, { inherited });
  const { command: _, stdout: __, ...task } = tasks.p ?? {};
  return { task, remarks: remarks.map((remark) => remark.replace(/^(\d+): \[program:p\] /, "$1: ")) };
}

const usual = { restart: "on-failure", start_retries: 3 };

describe("every key of a program is right, or a remark stands at its line", () => {
  it.each<[lines: string, task: Raw, remarks: (string | RegExp)[]]>([
    ["", usual, []],
    ["numprocs=3", { ...usual, instances: 3 }, []],
    ["numprocs=0", { ...usual, instances: 0 }, []],
    ["numprocs=2\nprocess_name=a%(process_num)d", { ...usual, instances: 2 }, [/^5: .*p_1 to p_2/]],
    ["process_name=other", usual, ["4: the process p:other is called p here"]],
    ["numprocs_start=4", usual, []],
    ["priority=5", usual, ["4: order is given by depends_on, not by priority"]],
    ["autostart=off", { ...usual, autostart: false }, []],
    ["startsecs=0\nstartretries=0", { ...usual, start_period: "0s", start_retries: 0 }, []],
    ["autorestart=1", { ...usual, restart: "always" }, []],
    ["autorestart=Unexpected", usual, []],
    ["exitcodes=0, 2", { ...usual, success_exit_codes: [0, 2] }, []],
    ["exitcodes=", usual, [/^4: without expected exit codes/]],
    ["stopsignal=int\nstopwaitsecs=60", { ...usual, stop_signal: "int", stop_grace_period: "60s" }, []],
    ["stopasgroup=true\nkillasgroup=true", usual, []],
    ["killasgroup=false", usual, [/^4: killasgroup=false: a stop reaches the whole process group/]],
    ["user=app", { ...usual, user: "app" }, [/^4: of the user app are here also HOME, USER, LOGNAME;/]],
    [
      'user=app\nenvironment=HOME="/h",USER="app",LOGNAME=app',
      { ...usual, user: "app", environment: { HOME: "/h", USER: "app", LOGNAME: "app" } },
      [],
    ],
    ["redirect_stderr=yes\nstderr_logfile=/x", { ...usual, stderr: "stdout" }, []],
    ["stderr_logfile=none", { ...usual, stderr: "null" }, []],
    ["stderr_logfile=/proc/1/fd/2\nstderr_logfile_maxbytes=0", { ...usual, stderr: "inherit" }, []],
    ["stderr_logfile=/dev/null", { ...usual, stderr: "null" }, []],
    ["stderr_logfile=AUTO", usual, [/^4: stderr_logfile=AUTO: the output goes to longshored's own/]],
    ["stderr_logfile=syslog", usual, [/^4: stderr_logfile=syslog has no counterpart/]],
    [
      "stderr_logfile=~/e.log\nstderr_logfile_maxbytes=1MB\nstderr_logfile_backups=2",
      { ...usual, stderr: "${HOME}/e.log", log: { max_size: "1MB", max_files: 2 } },
      [],
    ],
    ["stdout_capture_maxbytes=1MB", usual, [/^4: stdout_capture_maxbytes=1MB has no counterpart/]],
    ["stdout_events_enabled=false\nstdout_capture_maxbytes=0", usual, []],
    ["stderr_syslog=true", usual, [/^4: stderr_syslog=true has no counterpart/]],
    [
      "directory=%(here)s/app",
      { ...usual, working_dir: "/etc/sv/app" },
      [/^4: %\(here\)s is written as \/etc\/sv/],
    ],
    ["umask=027", { ...usual, umask: "027" }, []],
    ["serverurl=AUTO", usual, []],
    ["serverurl=unix:///s", usual, [/^4: serverurl has no counterpart/]],
    ["comand=y", usual, ["4: comand=y is no setting of supervisord and was left out"]],
    [
      "directory=/x/$SUPERVISOR_PROCESS_NAME",
      { ...usual, working_dir: "/x/$$SUPERVISOR_PROCESS_NAME" },
      [/^4: no SUP/],
    ],
    [
      "autostart=%(ENV_ON)s",
      { ...usual, autostart: true },
      ["4: autostart=%(ENV_ON)s is written as yes, the value of ON for convert"],
    ],
  ])("%j", (lines, task, remarks) => {
    const found = program(lines, { ON: "yes" });
    expect(found.task).toEqual(task);
    expect(found.remarks).toHaveLength(remarks.length);
    for (const [index, remark] of remarks.entries())
      expect(found.remarks[index]).toMatch(typeof remark === "string" ? new RegExp(exactly(remark)) : remark);
  });

  it("of its output, where both streams have files", () => {
    const { tasks, remarks } = convert(
      "[program:p]\ncommand=x\nstdout_logfile=/o\nstderr_logfile=/e\nstderr_logfile_maxbytes=1MB\n",
    );
    expect(tasks.p).toMatchObject({ stdout: "/o", stderr: "/e", log: { max_size: "50MB", max_files: 10 } });
    expect(remarks).toEqual(["4: [program:p] log is that of stdout, and holds for both streams"]);
  });
});

function exactly(text: string): string {
  return `^${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
}

describe("what supervisord refuses is refused at its line", () => {
  it.each([
    ["numprocs=many", "numprocs=many: expected a whole number"],
    ["numprocs=%(ENV_N)s", "numprocs=%(ENV_N)s: N is not set"],
    ["autostart=maybe", "autostart=maybe: expected true or false"],
    ["autorestart=sometimes", "autorestart=sometimes: expected true, false or unexpected"],
    ["exitcodes=0,256", "exitcodes=0,256: expected exit codes from 0 to 255"],
    ["startsecs=1.5", "startsecs=1.5: expected a whole number"],
    ["stdout_logfile_maxbytes=big", "stdout_logfile_maxbytes=big is no size such as 50MB"],
    ['environment=A="1",B', 'environment=A="1",B is not a list of NAME="value"'],
    ["directory=/x/100%", '"%" is no %(name)s; a percent sign is written %%'],
    ["directory=%(nothing)s", "directory: %(nothing)s stands for nothing here"],
    ["directory=%(program_name)x", "is no %(name)s"],
  ])("%s", (line, message) => {
    const source = { file: "s.conf", text: `[program:p]\ncommand=x\n${line}\n` };
    const converted = convertToTasksYaml(source, "supervisord");
    expect(converted.ok ? [] : converted.problems.map(formatProblem)).toEqual([
      expect.stringContaining(`s.conf:3:1: [program:p] `),
    ]);
    expect(converted.ok ? "" : converted.problems[0]?.message).toContain(message);
  });

  it.each([
    [
      "[program:p]\ncommand=x\nstopsignal=NOPE\n",
      /^s\.conf:3:1: tasks\.p\.stop_signal: "NOPE" is not a signal/,
    ],
    ["[program:p]\numask=9\ncommand=x\n", /^s\.conf:2:1: tasks\.p\.umask/],
    ['[program:p]\ncommand=sh -c "a ; b"\n', /^s\.conf:2:1: tasks\.p\.command: cannot split/],
    ["[program:p]\nautostart=true\n", /^s\.conf:1:1: \[program:p\] has no command/],
    ["[program:p]\ncommand=x\nnonsense\n", /^s\.conf:3:1: "nonsense" is no key=value/],
    ["command=x\n[program:p]\ncommand=x\n", /^s\.conf:1:1: "command=x" stands before the first section/],
  ])("%j", (text, expected) => {
    const converted = convertToTasksYaml({ file: "s.conf", text }, "supervisord");
    expect(converted.ok ? [] : converted.problems.map(formatProblem)).toEqual([
      expect.stringMatching(expected),
    ]);
  });
});

describe("a section is read, or a remark says what takes its place", () => {
  it.each<[text: string, defaults: Raw | undefined, remarks: RegExp[]]>([
    ["[supervisord]\nnodaemon=true\nminfds=1024\nminprocs=200\nuser=root\n", undefined, []],
    ["[supervisord]\nminfds=65536\n", undefined, [/^2: .*minfds=65536 is a minimum, and was left out/]],
    ["[supervisord]\nminprocs=5000\n", undefined, [/^2: .*minprocs=5000 is a minimum/]],
    ["[supervisord]\nuser=app\n", { user: "app" }, [/^2: .*user=app is the user of every task/]],
    [
      "[supervisord]\numask=027\ndirectory=%(here)s\n",
      { umask: "027", working_dir: "/etc/sv" },
      [/^2: .*supervisord -n does not look at it/, /^3: .*-n does not look/, /^3: .*here\)s is written as/],
    ],
    [
      "[supervisord]\nnodaemon=true\numask=027\ndirectory=/x\n",
      undefined,
      [/^3: .*umask was left out/, /^4: .*directory was left out/],
    ],
    [
      '[supervisord]\nenvironment=G="g,1",P="/x:%(ENV_PATH)s"\n',
      { environment: { G: "g,1", P: "/x:${PATH?}" } },
      [],
    ],
    [
      "[supervisord]\nlogfile=/dev/null\nlogfile_maxbytes=0\nloglevel=info\npidfile=/dev/null\n",
      undefined,
      [],
    ],
    [
      "[supervisord]\nlogfile=/l\nloglevel=debug\npidfile=/p\nnodaemon=false\nsilent=true\nnocleanup=true\nchildlogdir=/c\nstrip_ansi=true\nidentifier=me\nfoo=bar\n",
      undefined,
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((line) => new RegExp(`^${line}: \\[supervisord\\] .*left out`)),
    ],
    [
      "[unix_http_server]\nfile=/s\nchmod=0700\n",
      undefined,
      [/^1: \[unix_http_server\] \(file, chmod\) has no/],
    ],
    ["[inet_http_server]\nport=9001\n", undefined, [/^1: \[inet_http_server\] \(port\) .*control serves/]],
    ["[supervisorctl]\nserverurl=x\n", undefined, [/^1: \[supervisorctl\] \(serverurl\) .*longshorectl/]],
    ["[rpcinterface:supervisor]\na=b\n", undefined, [/^1: .*XML-RPC/]],
    ["[ctlplugin:x]\na=b\n", undefined, [/^1: .*no plug-ins/]],
    ["[fcgi-program:x]\nsocket=tcp://:9000\ncommand=x\n", undefined, [/^1: .*\(socket, command\) .*sockets/]],
    ["[eventlistener:q]\ncommand=x\nevents=PROCESS_STATE_FATAL\n", undefined, [/^1: .*critical: true/]],
    ["[eventlistener:q]\ncommand=x\nevents=TICK_60\n", undefined, [/^1: .*a job with a schedule/]],
    ["[ program:x ]\ncommand=y\n", undefined, [/^1: \[ program:x \] \(command\) has no counterpart/]],
    [
      "[group:g]\nprograms=nobody\npriority=3\n",
      undefined,
      [/^2: .*nobody is no program/, /^3: .*depends_on/],
    ],
  ])("%j", (text, defaults, remarks) => {
    const found = convert(text);
    expect(found.defaults).toEqual(defaults);
    expect(found.remarks).toHaveLength(remarks.length);
    for (const [index, remark] of remarks.entries()) expect(found.remarks[index]).toMatch(remark);
  });

  it("groups name their programs, once", () => {
    const { tasks, remarks } = convert(
      "[program:a]\ncommand=x\nstdout_logfile=NONE\n[group:g]\nprograms=a\n[group:h]\nprograms=a\n",
    );
    expect(tasks.a).toMatchObject({ group: "g" });
    expect(remarks).toEqual([expect.stringMatching(/^7: \[group:h\] a is in the group g already/)]);
  });
});

// What supervisord 4.2.5 itself makes of these files was looked at: its commands and environments are the same.
describe("files as people write them", () => {
  function resolve(text: string): Record<string, { argv: readonly string[]; environment: Raw }> {
    const parsed = parseTasksFile(convert(text).text, "t");
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const specs = Object.entries(parsed.value.tasks).flatMap(
      ([name, task]) => resolveTask(name, task, () => ({}), { HOME: "/root", ARGS: "a b" }).specs,
    );
    return Object.fromEntries(specs.map(({ name, argv, environment }) => [name, { argv, environment }]));
  }

  it("keep line breaks within quotes, and indented keys apart", () => {
    const found = resolve(`
[supervisord]
environment=ROOT=/srv, X='a,b'
[program:indented]
  command=echo one
  autostart=false
  environment=A=1,
    B="two words"

    , C=%(ENV_ROOT)s/c
[program:multi]
command=sh -c "
  echo first

  # a comment of the file
  echo second"
    --flag 'x  y'
[program:colon]
command : a:b=c ; comment
[program:semi]
command=sh -c "a;b" #c
`);
    expect(found.indented).toEqual({
      argv: ["echo", "one"],
      environment: { ROOT: "/srv", X: "a,b", A: "1", B: "two words", C: "/srv/c" },
    });
    expect(found.multi?.argv).toEqual(["sh", "-c", "\necho first\n\necho second", "--flag", "x  y"]);
    expect(found.colon?.argv).toEqual(["a:b=c"]);
    expect(found.semi?.argv).toEqual(["sh", "-c", "a;b"]);
  });

  it("take variables of the file itself as they are, and others when they start", () => {
    const text = `
[supervisord]
environment=ROOT=/srv
[program:envs]
environment=OPTS="-a -b",P=%(ENV_HOME)s,Q="$HOME \${HOME}",U=http://x:80/p,T="100%%",M=Zoë
command=foo %(ENV_OPTS)s %(ENV_ROOT)s "%(ENV_OPTS)s" 100%% $HOME \${X}
[program:later]
command=%(ENV_ARGS)s -x '%(ENV_ARGS)s' "%(ENV_HOME)s"
stdout_logfile=NONE
`;
    const found = resolve(text);
    expect(found.envs).toEqual({
      argv: ["foo", "-a", "-b", "/srv", "-a -b", "100%", "$HOME", "${X}"],
      environment: {
        ...{ ROOT: "/srv", OPTS: "-a -b", P: "/root", Q: "$HOME ${HOME}", U: "http://x:80/p" },
        ...{ M: "Zo", T: "100%" },
      },
    });
    expect(found.later?.argv).toEqual(["a b", "-x", "a b", "/root"]);
    expect(convert(text).remarks.filter((remark) => remark.startsWith("8:"))).toEqual([
      expect.stringMatching(/^8: \[program:later\] the value of ARGS is one word of the command here/),
    ]);
  });

  it("number their processes", () => {
    const found = resolve(`
[program:pads]
command=p 80%(process_num)02d %(process_num)3d|%(process_num)-3d| %(process_num)02s %(numprocs)d
numprocs=2
numprocs_start=5
process_name=%(program_name)s_%(process_num)02d
[program:plain]
command=q --id %(process_num)d
numprocs=2
numprocs_start=1
process_name=p%(process_num)d
`);
    expect(Object.entries(found).map(([name, { argv }]) => [name, ...argv])).toEqual([
      ["pads_05", "p", "8005", "5|5", "|", "5", "2"],
      ["pads_06", "p", "8006", "6|6", "|", "6", "2"],
      ["plain_1", "q", "--id", "1"],
      ["plain_2", "q", "--id", "2"],
    ]);
  });

  it("include others, whose %(here)s is their own folder", () => {
    const text = "[program:a]\ncommand=x\nstdout_logfile=NONE\n[include]\nfiles=conf.d/*.conf none/*.conf\n";
    const other =
      "[program:b]\ncommand=%(here)s/run\nstdout_logfile=NONE\nfoo=1\n[program:a]\nautostart=false\n";
    const file = "/etc/sv/s.conf";
    const supervisord = {
      texts: [
        { file, text },
        { file: "/etc/sv/conf.d/b.conf", text: `${other}[include]\nfiles=x\n` },
      ],
      unmatched: [{ pattern: "none/*.conf", place: { file, line: 5 } }],
    };
    const { tasks, remarks } = convert(text, { supervisord });
    expect(tasks).toMatchObject({
      a: { command: "x", autostart: false },
      b: { command: "/etc/sv/conf.d/run" },
    });
    expect(remarks).toEqual([
      "5: [include] no file fits none/*.conf",
      expect.stringMatching(/^\/etc\/sv\/conf\.d\/b\.conf:2: .*%\(here\)s is written as \/etc\/sv\/conf\.d/),
      expect.stringMatching(/^\/etc\/sv\/conf\.d\/b\.conf:4: \[program:b\] foo=1 is no setting/),
      expect.stringMatching(/^\/etc\/sv\/conf\.d\/b\.conf:8: \[include\] of a file that is itself included/),
    ]);
  });

  it("cannot end a comment early", () => {
    const { text, tasks } = convert("[program:p]\ncommand=x\nfoo=a\n  tasks: { evil: { command: rm } }\n");
    expect(Object.keys(tasks)).toEqual(["p"]);
    expect(text).toContain("foo=a tasks: { evil: { command: rm } } is no setting");
  });

  it("of the project's own collection", () => {
    const text = readFileSync(new URL("samples/supervisord.conf", import.meta.url), "utf8");
    const parsed = parseTasksFile(convert(text).text, "t");
    expect(parsed.ok && parsed.value.tasks.web).toMatchObject({
      command: ["/usr/bin/web", "--port", "${PORT?}"],
      environment: { A: "1", B: "x y" },
      restart: "on-failure",
      stderr: "stdout",
      start_period: 1_000,
      log: { max_size: 50 * 1024 * 1024 },
      stop_grace_period: 5_000,
    });
  });
});
