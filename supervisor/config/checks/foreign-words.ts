import * as z from "zod";

/** Words of other programs for a place of our file, and the way to say the same here. */
export type ForeignWords = Readonly<Record<string, string>>;

/** Which words somebody may try at a place: registered on the schema of the place. */
export const foreignWords = z.registry<{ words: ForeignWords }>();

const inCompose = "belongs into compose.yaml: longshored runs processes, not containers";
const command = "write it as command: PROGRAM ARGUMENT …";
const shell = 'a command that needs a shell is written: command: [sh, -c, "…"]';
const memory = "write max_memory: 300M; for all of them, mem_limit in compose.yaml";
const schedule =
  'write schedule: "0 3 * * *"; the task is a job then. Longshored restarts no service by the clock';
const restart = "write restart: always, on-failure or no";

/** Of a task: Compose, systemd, PM2, supervisord, circus, runit, cron and Kubernetes. */
export const taskWords: ForeignWords = {
  cwd: "write working_dir: /srv/app",
  chdir: "write working_dir: /srv/app",
  workdir: "write working_dir: /srv/app",
  working_directory: "write working_dir: /srv/app",
  WorkingDirectory: "write working_dir: /srv/app",
  dir: "write working_dir: /srv/app",
  memory,
  mem_limit: memory,
  max_memory_restart: memory,
  MemoryMax: memory,
  MemoryLimit: memory,
  cron_restart: schedule,
  cron: schedule,
  crontab: schedule,
  OnCalendar: schedule,
  script: `PM2's word: ${command}, such as command: node api.js`,
  args: "arguments stand in the command: command: [node, api.js, --port, 80]",
  exec: command,
  exec_start: command,
  run: command,
  ExecStart: command,
  program: command,
  entrypoint: command,
  interpreter: "the interpreter stands in the command: command: node app.js",
  exec_interpreter: "the interpreter stands in the command: command: node app.js",
  exec_mode: "PM2's cluster mode is Node's own; instances: 4 starts four processes",
  watch: "longshored watches no files; `longshorectl restart TASK` after a change does it",
  autorestart: restart,
  Restart: restart,
  restart_policy: restart,
  deploy: `write instances, restart and max_memory for this task; the rest ${inCompose}`,
  scale: "write instances: 2",
  replicas: "write instances: 2",
  processes: "write instances: 2",
  numprocesses: "write instances: 2",
  process_name: "the name of a task is its key; instances are called NAME_1, NAME_2, …",
  User: "write user: app, or user: app:group",
  uid: "write user: 1000, or user: 1000:1000",
  gid: "write user: NAME:GROUP",
  Group: "write user: NAME:GROUP",
  Environment: "write environment: { NAME: value }",
  EnvironmentFile: "write env_file: FILE",
  environment_file: "write env_file: FILE",
  dotenv: "write env_file: .env",
  ExecStop: "write stop_command: PROGRAM ARGUMENT …",
  ExecReload: "write reload_command: PROGRAM ARGUMENT …, or reload_signal: SIGHUP",
  ExecStartPre:
    "write a task of its own with type: oneshot, and depends_on: { IT: { condition: completed_successfully } }",
  ExecStartPost: "write a task of its own that depends on this one",
  pre_start:
    "write a task of its own with type: oneshot, and depends_on: { IT: { condition: completed_successfully } }",
  Type: "write type: oneshot for what ends by itself; a service otherwise",
  RestartSec: "write backoff: { initial: 5s }",
  restart_delay: "write backoff: { initial: 5s }",
  exp_backoff_restart_delay: "write backoff: { initial: 100ms }",
  max_restarts: "write start_retries: 10, or restart_limit: { max: 10, within: 1m }",
  StartLimitBurst: "write restart_limit: { max: 5, within: 10s }",
  min_uptime: "write start_period: 5s",
  wait_ready: 'write readiness: { log: "listening" }',
  listen_timeout: 'write readiness: { log: "listening", timeout: 30s }',
  kill_timeout: "write stop_grace_period: 10s",
  TimeoutStopSec: "write stop_grace_period: 10s",
  TimeoutStartSec: 'write readiness: { log: "listening", timeout: 30s }',
  KillSignal: "write stop_signal: SIGINT",
  kill_signal: "write stop_signal: SIGINT",
  After: "write depends_on: [OTHER]",
  Requires: "write depends_on: [OTHER]",
  Wants: "write depends_on: [OTHER]",
  priority: "the order follows from depends_on: [OTHER]",
  out_file: "write stdout: FILE",
  output: "write stdout: FILE",
  log_file: "write stdout: FILE, and stderr: stdout",
  error_file: "write stderr: FILE",
  err_file: "write stderr: FILE",
  StandardOutput: "write stdout: FILE",
  StandardError: "write stderr: FILE",
  redirect_stderr: "write stderr: stdout",
  logging: "write stdout: FILE and log: { max_size: 10MB, max_files: 5 }",
  stdout_logfile_maxbytes: "write log: { max_size: 10MB }",
  stdout_logfile_backups: "write log: { max_files: 5 }",
  ulimits: "write rlimits: { nofile: 65536 }",
  LimitNOFILE: "write rlimits: { nofile: 65536 }",
  Nice: "write nice: 10",
  UMask: "write umask: 022",
  shell,
  livenessProbe: 'write healthcheck: { http: "http://127.0.0.1:8080/healthz" }',
  readinessProbe: 'write healthcheck: { http: "http://127.0.0.1:8080/healthz" }',
  health_check: 'write healthcheck: { http: "http://127.0.0.1:8080/healthz" }',
  enabled: "write autostart: false",
  disabled: "write autostart: false",
  every_minute: 'write schedule: "* * * * *"',
  ...Object.fromEntries(
    [
      [
        "image",
        "build",
        "ports",
        "expose",
        "volumes",
        "networks",
        "network_mode",
        "container_name",
        "cap_add",
      ],
      [
        "cap_drop",
        "devices",
        "dns",
        "extra_hosts",
        "hostname",
        "init",
        "ipc",
        "labels",
        "links",
        "logging_driver",
      ],
      [
        "pid",
        "platform",
        "privileged",
        "profiles",
        "pull_policy",
        "read_only",
        "secrets",
        "configs",
        "security_opt",
      ],
      ["shm_size", "sysctls", "tmpfs", "tty", "stdin_open", "cpus", "cpu_shares", "pids_limit", "mounts"],
    ].flatMap((keys) => keys.map((key) => [key, inCompose])),
  ),
};

const tests = "write exec: [curl, -f, http://127.0.0.1:8080/], or http: http://127.0.0.1:8080/";

/** Of a healthcheck: Compose's, whose first word says whether a shell runs, and Kubernetes'. */
export const healthcheckWords: ForeignWords = {
  test: `${tests}; without Compose's CMD. CMD-SHELL is: exec: [sh, -c, "…"]`,
  cmd: tests,
  command: tests,
  disable: "leave healthcheck out",
  httpGet: "write http: http://127.0.0.1:8080/healthz",
  url: "write http: http://127.0.0.1:8080/healthz",
  path: "write http: http://127.0.0.1:8080/healthz",
  port: "write tcp: 8080",
  tcpSocket: "write tcp: 8080",
  start_interval_seconds: "write start_interval: 1s",
  periodSeconds: "write interval: 10s",
  timeoutSeconds: "write timeout: 5s",
  failureThreshold: "write retries: 3",
  initialDelaySeconds: "write start_period: 10s",
};

const tasksLine = "write tasks: { NAME: { command: PROGRAM } }";
const ini = "this is no file of longshored; `longshored convert FILE` reads it";

/** Of the whole file. */
export const fileWords: ForeignWords = {
  services: `Compose's word, and a compose.yaml is for Docker; for the processes in a container ${tasksLine}`,
  apps: `PM2's word: ${tasksLine}; script and args become the command: node api.js`,
  processes: tasksLine,
  jobs: `${tasksLine}; a task with a schedule is a job`,
  commands: tasksLine,
  program: tasksLine,
  procs: tasksLine,
  workers: tasksLine,
  watchers: `circus's word: ${tasksLine}`,
  circus: ini,
  supervisord: ini,
  Service:
    "systemd's word: longshored reads no units; ExecStart becomes the command of a task: tasks: { NAME: { command: PROGRAM } }",
  Unit: "systemd's word: longshored reads no units; write a task for it",
  version: "this file has no version; leave it out",
  networks: inCompose,
  volumes: inCompose,
  secrets: `${inCompose}; a task reads a secret with env_file: /run/secrets/FILE`,
  configs: inCompose,
  environment: "write defaults: { environment: { NAME: value } }",
  env: "write defaults: { environment: { NAME: value } }",
  env_file: "write defaults: { env_file: FILE }",
  user: "write defaults: { user: NAME }",
  log: "write defaults: { log: { max_size: 10MB } }",
  vars: "variables are those of longshored's environment, or defaults: { environment: { NAME: value } }",
  SHELL: 'a crontab is read by `longshored convert FILE`; a command with a shell is [sh, -c, "…"]',
};
