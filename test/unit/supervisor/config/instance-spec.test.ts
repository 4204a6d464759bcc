import { describe, expect, it } from "vitest";
import { resolveTask } from "../../../../supervisor/config/instance-spec.ts";
import { Task } from "../../../../supervisor/config/task/task.ts";

const variables = { PORT: "8080", APP_USER: "app" };
const resolve = (task: object) =>
  resolveTask("web", Task.parse({ command: "x", ...task }), () => ({}), variables);

describe("variables in what a task's process is asked, or who it is", () => {
  it.each([
    [
      "an address",
      { healthcheck: { http: "http://127.0.0.1:${PORT}/${TASK}" } },
      { http: "http://127.0.0.1:8080/web" },
    ],
    [
      "a socket",
      { healthcheck: { http: "http://unix:/run/${TASK}.sock:/" } },
      { http: "http://unix:/run/web.sock:/" },
    ],
    ["a port", { healthcheck: { tcp: "${PORT}" } }, { tcp: "8080" }],
    ["a port that is a number", { healthcheck: { tcp: 5432 } }, { tcp: "5432" }],
    ["a command", { healthcheck: { exec: ["check", "${PORT}"] } }, { exec: ["check", "8080"] }],
    [
      "the task's own over the supervisor's",
      { environment: { PORT: "1" }, healthcheck: { tcp: "${PORT}" } },
      { tcp: "1" },
    ],
  ])("%s of a healthcheck", (_, task, healthcheck) => {
    const { specs, problems } = resolve(task);
    expect(problems).toEqual([]);
    expect(specs[0]?.settings.healthcheck).toMatchObject(healthcheck);
  });

  it("has an address for each instance", () => {
    const { specs } = resolve({ instances: 3, healthcheck: { tcp: "900${INSTANCE}" } });
    expect(specs.map(({ settings }) => settings.healthcheck?.tcp)).toEqual(["9001", "9002", "9003"]);
  });

  it("leaves the pid of a stop or reload command to the shell", () => {
    const { specs } = resolve({
      stop_command: ["sh", "-c", "kill ${PID}; rm /run/${TASK}"],
      reload_command: ["sh", "-c", "kill -HUP $PID"],
    });
    expect(specs[0]?.settings).toMatchObject({
      stop_command: ["sh", "-c", "kill ${PID}; rm /run/web"],
      reload_command: ["sh", "-c", "kill -HUP $PID"],
    });
  });

  it("has a user, and another user is another process", () => {
    const [one] = resolve({ user: "${APP_USER}" }).specs;
    const [other] = resolve({ user: "${NOBODY:-nobody}" }).specs;
    expect([one?.settings.user, other?.settings.user]).toEqual(["app", "nobody"]);
    expect(one?.processHash).not.toBe(other?.processHash);
  });
});

describe("an address that is none", () => {
  it("is refused once its variables are known, also where that is so for one instance only", () => {
    const { problems } = resolve({ instances: 10, healthcheck: { tcp: "6553${INSTANCE}" } });
    expect(problems.map(({ message }) => message)).toEqual(
      [6, 7, 8, 9, 10].map((last) => `"6553${last}" is no address; write 127.0.0.1:5432 or 5432`),
    );
    expect(problems[0]?.path).toEqual(["healthcheck", "tcp"]);
  });

  it("is named once, whatever the number of instances", () => {
    const { problems } = resolve({ instances: 5, healthcheck: { http: "${ADDRESS:?where is it}" } });
    expect(problems).toEqual([
      { path: ["healthcheck", "http"], message: "${ADDRESS} is not set: where is it" },
    ]);
  });

  it("does not matter while the task is off", () => {
    const { specs, problems } = resolve({
      requires_environment: ["DB_PORT"],
      healthcheck: { tcp: "127.0.0.1:${DB_PORT}" },
    });
    expect(problems).toEqual([]);
    expect(specs[0]?.offReason).toBe("DB_PORT is not set");
  });

  it.each([{ http: "127.0.0.1" }, { http: "ftp://x" }, { tcp: "host" }, { tcp: 70_000 }])(
    "is refused at once where it has none: %j",
    (healthcheck) => {
      expect(Task.safeParse({ command: "x", healthcheck }).success).toBe(false);
    },
  );
});
