/** What `longshored init` writes: every key that most people need, with what it does. A test reads it back. */
export const exampleTasksYaml = `# yaml-language-server: $schema=./tasks.schema.json   (for editors; made by: longshored schema > tasks.schema.json)
# What longshored runs. All keys: docs/tasks-yaml.md; check this file with: longshored check tasks.yaml

# What every task starts from; a task's own keys win.
defaults:
  stop_grace_period: 10s        # from the stop signal to SIGKILL
  environment: { LANG: C.UTF-8 }

tasks:
  # A service stays up: it is started again whenever it ends.
  web:
    command: python3 -m http.server 8080   # words as in a shell, but no shell runs; a list of arguments works too
    working_dir: /tmp
    user: nobody
    restart: always             # always | on-failure | no
    start_period: 1s            # a process that ends sooner has failed to start
    start_retries: 10           # so many failed starts in a row are retried
    backoff: { initial: 500ms, factor: 2, limit: 30s, jitter: 10% }
    stop_signal: SIGTERM
    healthcheck: { http: "http://127.0.0.1:8080/", interval: 10s, timeout: 2s, retries: 3 }

  # Several instances: worker_1 and worker_2.
  worker:
    command: [sh, -c, "while sleep 60; do echo worker $$INSTANCE_NUMBER is alive; done"]
    instances: 2
    environment: { INSTANCE_NUMBER: "\${INSTANCE}" }
    depends_on: { web: { condition: healthy } }   # started | healthy | completed_successfully

  # A oneshot runs once at the start.
  prepare:
    type: oneshot
    command: echo ready

  # A job runs when it is due.
  cleanup:
    command: [find, /tmp, -name, "*.tmp", -mtime, "+7", -delete]
    schedule: "30 3 * * *"      # cron, or @hourly, @daily, @weekly, …; or every: 7d
    timezone: UTC
`;
