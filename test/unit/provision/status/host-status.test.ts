import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostStatus, parseStatus } from "../../../../provision/status/host-status.ts";
import {
  encode,
  type InspectedChanges,
  inspected,
  makeTask,
  printContainer,
  supervisor,
} from "../engine/example-container.ts";

const NOW = "now=2026-01-01T01:00:00Z\n";
const SERVICES = { web: { replicas: 1, supervisor: true }, db: { replicas: 1, supervisor: false } };
const WANTED = `release=site 3f2a9c01d4e5\nwanted=site ${encode({ services: SERVICES })}\n`;
const db = printContainer({ id: "db", service: "db", health: undefined }, { pidOne: ["mariadbd"] });
const read = (...lines: string[]) => parseStatus("web1", [NOW, ...lines].join(""));

test("a host where all is well", () => {
  const tasks = [makeTask("nginx"), makeTask("app", { health: "healthy" })];
  const status = read(WANTED, printContainer({}, { status: supervisor(tasks) }), db);
  expect(status).toMatchObject({ host: "web1", status: "ok", problems: [] });
  expect(status.containers[0]).toEqual({
    stack: "site",
    service: "web",
    release: "3f2a9c01d4e5",
    image: "longshore/site/web:3f2a9c01d4e5",
    state: "running",
    health: "healthy",
    exit_code: null,
    started_at: "2026-01-01T00:00:00.5Z",
    restarts: 0,
    supervisor: true,
    tasks,
  });
  expect(status.containers[1]).toMatchObject({ service: "db", supervisor: false, tasks: null });
  expect(HostStatus.parse(JSON.parse(JSON.stringify(status)))).toEqual(status);
});

test("nothing was deployed: empty", () => {
  expect(read()).toEqual({ host: "web1", status: "empty", problems: [], containers: [] });
});

describe("what the release wants and is not there", () => {
  test("a service without a container", () => {
    const web = printContainer({}, { status: supervisor([]) });
    expect(read(WANTED, web)).toMatchObject({ status: "degraded", problems: ["site/db has no container"] });
  });

  test("no container at all", () => {
    const problems = ["site/web has no container", "site/db has no container"];
    expect(read(WANTED)).toMatchObject({ status: "degraded", problems });
  });

  test("no container at all, of a release that does not say what it wants", () => {
    expect(read("release=site abc\n")).toMatchObject({
      status: "degraded",
      problems: ["site/* has no container"],
    });
  });
});

test("an engine that does not answer is a failure, not an empty host", () => {
  const words = Buffer.from("Cannot connect to the Docker daemon. Is it running?\n").toString("base64");
  expect(read(`noEngine=${words}\n`, "release=site abc\n")).toMatchObject({
    status: "failed",
    containers: [],
    error: {
      code: "docker_missing",
      message: expect.stringMatching(/does not answer: Cannot connect .* running\?$/),
      hint: expect.stringContaining("provision"),
    },
  });
});

describe("how a host is summed up", () => {
  const judge = (changes: InspectedChanges, tasks: ReturnType<typeof makeTask>[] = []) => {
    const { status, problems } = read(printContainer(changes, { status: supervisor(tasks) }));
    return [status, ...problems].join("; ");
  };

  test.each<[string, Parameters<typeof judge>, string]>([
    ["all well", [{}], "ok"],
    ["no healthcheck", [{ health: undefined }], "ok"],
    [
      "still starting",
      [{ health: "starting" }],
      "starting; site/web is starting: its healthcheck has not succeeded yet",
    ],
    ["unhealthy", [{ health: "unhealthy" }], "degraded; site/web is unhealthy"],
    ["stopped", [{ state: "exited" }], "degraded; site/web was stopped (ended with code 0)"],
    ["done", [{ state: "exited", restart: "no" }], "ok"],
    ["done, by an engine of 20.10", [{ state: "exited", restart: "" }], "ok"],
    ["done, retried on failure", [{ state: "exited", restart: "on-failure" }], "ok"],
    ["failed", [{ state: "exited", restart: "no", exitCode: 1 }], "degraded; site/web ended with code 1"],
    ["restarting", [{ state: "restarting" }], "degraded; site/web ended with code 0 and is started again"],
    ["paused", [{ state: "paused" }], "degraded; site/web is paused"],
    ["a task given up", [{}, [makeTask("app", { state: "fatal" })]], "degraded; site/web: app is fatal"],
    [
      "a task stopped by hand",
      [{}, [makeTask("app", { state: "stopped", off: "by_hand" })]],
      "degraded; site/web: app was stopped by hand",
    ],
    ["a task that is off", [{}, [makeTask("app", { state: "stopped", off: "autostart" })]], "ok"],
    ["a job that waits", [{}, [makeTask("job", { kind: "job", state: "waiting" })]], "ok"],
  ])("%s", (_title, [changes, tasks], expected) => {
    expect(judge(changes, tasks)).toBe(expected);
  });
});

describe("while something changes", () => {
  test("a container that went away between list and look is passed over", () => {
    expect(read("container=\n", db).containers).toHaveLength(1);
  });

  test("a supervisor that answers something else counts as not answering", () => {
    const web = printContainer({}, { status: "cannot connect" });
    const { containers, problems } = read(web);
    expect(containers[0]?.tasks).toBeNull();
    expect(problems).toEqual(["site/web: its supervisor does not answer"]);
  });

  test("before the first deploy has ended there is no release", () => {
    expect(read(`container=${encode(inspected())}\n`).containers[0]?.release).toBeNull();
  });
});

test("no output makes the reader fail", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "container=",
      "container=x",
      "container=e30=",
      "tasks=x",
      "release=",
      "wanted=a b",
      "now=x",
    ),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(parseStatus("web1", lines.join("\n")).containers).toEqual([]);
    }),
  );
});
