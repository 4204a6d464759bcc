import { describe, expect, test } from "vitest";
import type { WantedServices } from "../../../../provision/engine/compose/wanted.ts";
import type { ContainerFacts } from "../../../../provision/engine/container.ts";
import { describeFinding, judgeStack } from "../../../../provision/engine/judge-stack.ts";
import { makeContainer, makePlain, makeTask, NOW, viewOf } from "./example-container.ts";

const WANTED: WantedServices = {
  web: { replicas: 1, supervisor: true },
  db: { replicas: 1, supervisor: false },
  debug: { replicas: null, supervisor: false },
};
const web = makeContainer({ tasks: [makeTask("app")] });
const db = makePlain("db");

const judge = (containers: ContainerFacts[], wanted: WantedServices | undefined = WANTED) =>
  judgeStack(wanted, viewOf(...containers)).map(
    (finding) => `${finding.verdict}${finding.isFinal ? "!" : ""}: ${describeFinding(finding)}`,
  );
const withTask = (changes: Parameters<typeof makeTask>[1]) => [
  makeContainer({ tasks: [makeTask("app", changes), makeTask("other")] }),
  db,
];

test("all is well: nothing is found", () => {
  expect(judge([web, db])).toEqual([]);
});

describe("the containers of a service", () => {
  const two = { ...WANTED, db: { replicas: 2, supervisor: false } };
  const none = { ...WANTED, db: { replicas: 0, supervisor: false } };

  test.each<[string, ContainerFacts[], WantedServices | undefined, string[]]>([
    ["none", [web], WANTED, ["bad!: db has no container"]],
    ["none at all", [], WANTED, ["bad!: web has no container", "bad!: db has no container"]],
    ["too few", [web, db], two, ["bad!: db has 1 container, and 2 are wanted"]],
    ["as many as are wanted", [web, db, { ...db, id: "db2" }], two, []],
    ["too many", [web, db, { ...db, id: "db2" }], WANTED, ["bad!: db has 2 containers, and 1 is wanted"]],
    ["none is wanted", [web], none, []],
    ["none is wanted, and one is there", [web, db], none, ["bad!: db has 1 container, and 0 are wanted"]],
    ["one of two is bad", [web, db, makePlain("db", { state: "paused" })], two, ["bad!: db is paused"]],
    ["of a profile that is not active", [web, db, makePlain("debug", { state: "dead" })], WANTED, []],
    [
      "of a service that the release does not have",
      [web, db, makePlain("old")],
      WANTED,
      ["bad!: old is no service of the release"],
    ],
    ["of a file that Compose includes", [web, db, makePlain("other", { isOurs: false })], WANTED, []],
    [
      "nobody knows what is wanted",
      [makePlain("db", { state: "paused" })],
      undefined,
      ["bad!: db is paused"],
    ],
  ])("%s", (_title, containers, wanted, expected) => {
    expect(
      judgeStack(wanted, viewOf(...containers)).map(
        (f) => `${f.verdict}${f.isFinal ? "!" : ""}: ${describeFinding(f)}`,
      ),
    ).toEqual(expected);
  });
});

describe("the tasks of a container", () => {
  test.each<[string, Parameters<typeof makeTask>[1], string[]]>([
    ["stopped by hand", { state: "stopped", off: "by_hand" }, ["bad!: web: app was stopped by hand"]],
    ["given up", { state: "fatal", reason: "exit code 1" }, ["bad!: web: app is fatal: exit code 1"]],
    [
      "a oneshot that failed",
      { kind: "oneshot", state: "exited", success: false, reason: "exit code 4" },
      ["bad!: web: app has failed: exit code 4"],
    ],
    [
      "in a crash loop",
      { state: "backoff", failures: 3 },
      ["bad: web: app is in a crash loop: 3 ends in a row"],
    ],
    ["on its way", { state: "starting" }, ["waiting: web: app is starting"]],
    ["switched off", { state: "stopped", off: "environment", reason: "TOKEN is not set" }, []],
    ["a job that waits", { kind: "job", state: "waiting" }, []],
  ])("%s", (_title, changes, expected) => {
    expect(judge(withTask(changes))).toEqual(expected);
  });
});

describe("the supervisor of a container", () => {
  const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();
  const silent = { tasks: undefined };

  test.each<[string, Partial<ContainerFacts>, string[]]>([
    ["does not answer", silent, ["bad: web: its supervisor does not answer"]],
    [
      "does not answer yet",
      { ...silent, startedAt: ago(6) },
      ["waiting: web: its supervisor has not answered yet"],
    ],
    [
      "is not there",
      { ...silent, pidOne: ["nginx: master process nginx -g daemon off;"] },
      ['bad!: web: its PID 1 is "nginx: master process nginx -g daemon off;", not longshored'],
    ],
    [
      "is not PID 1, and answers",
      { pidOne: ["/sbin/docker-init", "--", "longshored"], tasks: [makeTask("app")] },
      ['bad!: web: its PID 1 is "/sbin/docker-init -- longshored", not longshored'],
    ],
    [
      "never was there",
      { ...silent, state: "exited", restartPolicy: "no", health: "none", pidOne: ["bash"] },
      [
        "bad!: web ended with code 0, and it is meant to stay",
        'bad!: web: its PID 1 was "bash", not longshored',
      ],
    ],
    [
      "was started by a script",
      { ...silent, state: "exited", exitCode: 1, health: "none", pidOne: ["entry.sh", "longshored"] },
      ["bad!: web was stopped (ended with code 1)"],
    ],
    ["cannot be asked", { ...silent, pidOne: [] }, ["bad: web: its supervisor does not answer"]],
  ])("%s", (_title, changes, expected) => {
    expect(judge([makeContainer(changes), db])).toEqual(expected);
  });

  test("a service that needs none has none", () => {
    expect(judge([web, makePlain("db", { tasks: undefined })])).toEqual([]);
  });

  test("one that nobody asked for is judged, too", () => {
    const tasks = [makeTask("app", { state: "fatal" })];
    expect(judge([web, makePlain("db", { pidOne: ["longshored"], tasks })])).toEqual([
      "bad!: db: app is fatal",
    ]);
  });
});
