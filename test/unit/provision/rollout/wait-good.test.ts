import { expect, test } from "vitest";
import type { ContainerFacts } from "../../../../provision/engine/container.ts";
import { type Watch, waitGood } from "../../../../provision/rollout/wait-good.ts";
import { makeContainer, makePlain, makeTask, NOW, viewOf } from "../engine/example-container.ts";

const WANTED = { web: { replicas: 1, supervisor: true }, db: { replicas: 1, supervisor: false } };
const db = makePlain("db");
const web = (...tasks: ReturnType<typeof makeTask>[]) => makeContainer({ tasks });

/** Waits where each look shows the next picture, and the last one from then on. */
async function wait(pictures: ContainerFacts[][], changes: Partial<Watch> = {}, logs: string[][] = []) {
  const told: string[] = [];
  const shown: string[] = [];
  let looks = 0;
  const watch: Watch = {
    look: async () => {
      looks += 1;
      const [now = [], ...later] = pictures;
      if (later.length > 0) pictures = later;
      return viewOf(...now);
    },
    readLog: async () => (logs.length > 1 ? logs.shift() : logs[0]) ?? [],
    wanted: WANTED,
    timeoutSeconds: 30,
    interval: 1,
    progress: (line) => shown.push(line),
    tell: (line) => told.push(line),
    ...changes,
  };
  const error = await waitGood(watch).then(
    () => undefined,
    (thrown: Error & { code: string; hint?: string }) => thrown,
  );
  return { error, told, shown, looks };
}

test("all is well: one look", async () => {
  expect(await wait([[web(makeTask("app")), db]])).toMatchObject({ error: undefined, looks: 1, shown: [] });
});

test("without a healthcheck a container counts only after it has run for a while", async () => {
  const young = { ...db, startedAt: new Date(NOW.getTime() - 1000).toISOString() };
  const { error, shown } = await wait([
    [web(), young],
    [web(), db],
  ]);
  expect(error).toBeUndefined();
  expect(shown).toEqual(["waiting: db is starting: it has run for 1 s, and nothing checks it"]);
});

test("what is waited for is named: the task, and its state", async () => {
  const starting = makeTask("app", { state: "backoff", failures: 1, reason: "exit code 1" });
  const { error, told, shown } = await wait(
    [
      [web(starting), db],
      [web(makeTask("app")), db],
    ],
    {},
    [["cannot find x"]],
  );
  expect(error).toBeUndefined();
  expect(shown).toEqual(["waiting: web: app is backoff: exit code 1"]);
  expect(told).toEqual(["web: app is backoff: exit code 1: cannot find x"]);
});

test("a oneshot that failed ends the wait at once, with what it wrote", async () => {
  const failed = makeTask("once", {
    kind: "oneshot",
    state: "exited",
    success: false,
    reason: "exit code 4",
  });
  const waiting = makeTask("app", { state: "waiting", reason: "waits for once" });
  const { error, looks } = await wait([[web(failed, waiting), db]], {}, [["one", "two"]]);
  expect(looks).toBe(1);
  expect(error).toMatchObject({
    code: "unhealthy",
    message: "web: once has failed: exit code 4\n    one\n    two",
  });
});

test("the first failure of a task is kept, then the last", async () => {
  const task = (changes: Parameters<typeof makeTask>[1]) => [web(makeTask("app", changes)), db];
  const first = task({ state: "backoff", failures: 1, reason: "exit code 1" });
  const last = task({ state: "fatal", failures: 10, reason: "exit code 2" });
  const { error } = await wait([first, last], {}, [["no database"], ["port in use"]]);
  expect(error?.message).toBe(
    "web: app is fatal: exit code 2\n    port in use\n  at first: web: app is backoff: exit code 1\n      no database",
  );
});

test("an unhealthy container ends the wait after a start; after a reload it may recover", async () => {
  const sick = { ...db, health: "unhealthy" as const };
  const pictures = () => [
    [web(), sick],
    [web(), db],
  ];
  expect((await wait(pictures())).error?.message).toBe("db is unhealthy");
  expect((await wait(pictures(), { isReload: true })).error).toBeUndefined();
});

test("no longer than was said", async () => {
  const starting = { ...db, health: "starting" as const };
  const { error } = await wait([[web(), starting]], { timeoutSeconds: 0.05 }, [["still migrating"]]);
  expect(error?.message).toBe(
    "not up after 0.05 s: db is starting: its healthcheck has not succeeded yet\n    still migrating",
  );
});

test("an engine that does not answer for a moment is waited for", async () => {
  let looks = 0;
  const look = async () => ({ ...viewOf(web(), db), noEngine: ++looks === 1 });
  const { error, shown } = await wait([], { look });
  expect(error).toBeUndefined();
  expect(shown).toEqual(["waiting: the stack cannot be judged: the engine does not answer"]);
});

test("the way out of what is wrong", async () => {
  const stopped = makeTask("app", { state: "stopped", off: "by_hand" });
  const { error } = await wait([[web(stopped), db]], { advise: ({ task }) => task && `start ${task.name}` });
  expect(error).toMatchObject({ message: "web: app was stopped by hand", hint: "start app" });
});
