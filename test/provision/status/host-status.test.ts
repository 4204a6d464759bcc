import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostStatus, parseStatus } from "../../../provision/status/host-status.ts";
import { encode, inspected, makeTask, supervisor } from "./example-status.ts";

test("a host where all is well", () => {
  const output = [
    `container ${encode(inspected())}`,
    `tasks ${encode(supervisor([makeTask("nginx"), makeTask("app", { health: "healthy" })]))}`,
    "release site 3f2a9c01d4e5",
    "",
  ].join("\n");
  const status = parseStatus("web1", output);
  expect(status).toEqual({
    host: "web1",
    status: "ok",
    containers: [
      {
        stack: "site",
        service: "web",
        release: "3f2a9c01d4e5",
        image: "longshore/site-web:3f2a9c01d4e5",
        state: "running",
        health: "healthy",
        started_at: "2026-01-01T00:00:00.5Z",
        restarts: 0,
        tasks: [makeTask("nginx"), makeTask("app", { health: "healthy" })],
      },
    ],
  });
  expect(HostStatus.parse(JSON.parse(JSON.stringify(status)))).toEqual(status);
});

test.each([
  ["nothing was deployed", ""],
  ["a release is left over without containers", "release site abc\n"],
])("%s: empty", (_title, output) => {
  expect(parseStatus("web1", output)).toEqual({ host: "web1", status: "empty", containers: [] });
});

test("an engine that does not answer is a failure, not an empty host", () => {
  expect(parseStatus("web1", "noengine\nrelease site abc\n")).toEqual({
    host: "web1",
    status: "failed",
    containers: [],
    error: expect.objectContaining({ code: "docker_missing", hint: expect.stringContaining("provision") }),
  });
});

test("several stacks, each with its release; a container without a supervisor has no tasks", () => {
  const output = [
    `container ${encode(inspected({ stack: "blog", service: "php" }))}`,
    "tasks ",
    `container ${encode(inspected({ stack: "site" }))}`,
    `tasks ${encode(supervisor([makeTask("app")]))}`,
    "release blog aaa",
    "release site bbb",
  ].join("\n");
  const { status, containers } = parseStatus("web1", output);
  expect(status).toBe("ok");
  expect(containers).toMatchObject([
    { stack: "blog", service: "php", release: "aaa", tasks: null },
    { stack: "site", service: "web", release: "bbb", tasks: [{ name: "app" }] },
  ]);
});

describe("degraded", () => {
  const judge = (changes: Parameters<typeof inspected>[0], tasks: ReturnType<typeof makeTask>[] = []) =>
    parseStatus("web1", `container ${encode(inspected(changes))}\ntasks ${encode(supervisor(tasks))}\n`)
      .status;

  test.each<[string, Parameters<typeof judge>, string]>([
    ["all well", [{}], "ok"],
    ["no healthcheck", [{ health: undefined }], "ok"],
    ["still starting", [{ health: "starting" }], "ok"],
    ["unhealthy", [{ health: "unhealthy" }], "degraded"],
    ["stopped", [{ state: "exited" }], "degraded"],
    ["done, and not to be run again", [{ state: "exited", restart: "no" }], "ok"],
    ["failed, and not to be run again", [{ state: "exited", restart: "no", exitCode: 1 }], "degraded"],
    ["restarting", [{ state: "restarting" }], "degraded"],
    ["paused", [{ state: "paused" }], "degraded"],
    ["a task given up", [{}, [makeTask("app"), makeTask("job", { state: "fatal" })]], "degraded"],
    ["a task unhealthy", [{}, [makeTask("app", { health: "unhealthy" })]], "degraded"],
    ["a task stopped by hand", [{}, [makeTask("app", { state: "stopped" })]], "ok"],
    ["a job that waits", [{}, [makeTask("job", { state: "waiting" })]], "ok"],
  ])("%s", (_title, [changes, tasks], expected) => {
    expect(judge(changes, tasks)).toBe(expected);
  });
});

describe("while something changes", () => {
  test("a container that went away between list and look is passed over", () => {
    const output = `container \ntasks \ncontainer ${encode(inspected())}\ntasks \n`;
    expect(parseStatus("web1", output).containers).toHaveLength(1);
  });

  test("a supervisor that answers something else counts as not answering", () => {
    const output = `container ${encode(inspected())}\ntasks ${encode("cannot connect")}\n`;
    expect(parseStatus("web1", output).containers[0]?.tasks).toBeNull();
  });

  test("before the first deploy has ended there is no release", () => {
    const output = `container ${encode(inspected())}\ntasks \n`;
    expect(parseStatus("web1", output).containers[0]?.release).toBeNull();
  });
});

test("no output makes the reader fail", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("container", "container x", "container e30=", "tasks x", "release"),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(parseStatus("web1", lines.join("\n")).containers).toEqual([]);
    }),
  );
});
