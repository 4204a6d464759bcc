import { describe, expect, test } from "vitest";
import type { ContainerFacts } from "../../../../provision/engine/container.ts";
import { judgeContainer } from "../../../../provision/engine/judge-container.ts";
import { makeContainer, NOW } from "./example-container.ts";

const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();
const judge = (changes: Partial<ContainerFacts>, mustStay = false) => {
  const { verdict, words, isFinal } = judgeContainer(
    makeContainer({ health: "none", ...changes }),
    NOW,
    mustStay,
  );
  return `${verdict}${isFinal ? "!" : ""}: ${words}`;
};

describe("what runs", () => {
  test.each<[string, Partial<ContainerFacts>, string]>([
    ["for an hour, unchecked", {}, "good: is running"],
    ["for 5 s, unchecked", { startedAt: ago(5) }, "good: is running"],
    [
      "for 4 s, unchecked",
      { startedAt: ago(4) },
      "waiting: is starting: it has run for 4 s, and nothing checks it",
    ],
    ["for 1 s, healthy", { startedAt: ago(1), health: "healthy" }, "good: is running"],
    [
      "for 1 s, healthy, after a restart",
      { startedAt: ago(1), health: "healthy", restarts: 1 },
      "waiting: is starting: it has run for 1 s, since restart 1",
    ],
    [
      "for 1 s, healthy, after two restarts",
      { startedAt: ago(1), health: "healthy", restarts: 2, exitCode: 0 },
      "bad!: ends again and again (2 restarts)",
    ],
    [
      "for 6 s, and ended after 7 s before",
      { startedAt: ago(6), createdAt: ago(13), restarts: 1 },
      "waiting: is starting: it has run for 6 s, since restart 1",
    ],
    [
      "for 20 s, and lived as long each time before",
      { startedAt: ago(20), createdAt: ago(140), restarts: 6 },
      "bad!: ends again and again (6 restarts)",
    ],
    ["twice as long as before", { startedAt: ago(41), createdAt: ago(161), restarts: 6 }, "good: is running"],
    [
      "for 6 s, after a month with three restarts",
      { startedAt: ago(6), createdAt: ago(2_600_000), restarts: 3 },
      "good: is running",
    ],
    [
      "for 6 s, after a second in which a neighbour was not there",
      { startedAt: ago(6), createdAt: ago(7), restarts: 3 },
      "good: is running",
    ],
    ["for an hour, after ten restarts", { restarts: 10 }, "good: is running"],
    [
      "not yet checked",
      { health: "starting" },
      "waiting: is starting: its healthcheck has not succeeded yet",
    ],
    [
      "not yet checked well",
      { health: "starting", healthOutput: "curl\nrefused" },
      "waiting: is starting: its healthcheck has not succeeded yet (refused)",
    ],
    ["unhealthy", { health: "unhealthy", healthOutput: "503" }, "bad: is unhealthy (503)"],
    [
      "started by a clock ahead of ours",
      { startedAt: ago(-9) },
      "waiting: is starting: it has run for 0 s, and nothing checks it",
    ],
    ["paused", { state: "paused", health: "healthy" }, "bad!: is paused"],
  ])("%s", (_title, changes, expected) => {
    expect(judge(changes)).toBe(expected);
  });
});

describe("what has ended", () => {
  test.each<[string, Partial<ContainerFacts>, string]>([
    ["with 0, not to be started again", { restartPolicy: "no" }, "good: is done"],
    ["with 0, to be started again on failure", { restartPolicy: "on-failure" }, "good: is done"],
    ["with 1, not to be started again", { restartPolicy: "no", exitCode: 1 }, "bad!: ended with code 1"],
    [
      "with 1, and every retry is used up",
      { restartPolicy: "on-failure", exitCode: 1 },
      "bad!: ended with code 1",
    ],
    ["by hand", { exitCode: 143 }, "bad!: was stopped (ended with code 143)"],
    ["by hand, with 0", { restartPolicy: "always" }, "bad!: was stopped (ended with code 0)"],
    [
      "with 0, and it publishes ports",
      { restartPolicy: "no", serves: true },
      "bad!: ended with code 0, and it is meant to stay",
    ],
    [
      "for lack of memory",
      { restartPolicy: "no", exitCode: 137, outOfMemory: true },
      "bad!: ended for lack of memory (code 137)",
    ],
    [
      "because it could not be started",
      { restartPolicy: "no", exitCode: 127, error: "no such file" },
      "bad!: ended with code 127: no such file",
    ],
  ])("%s", (_title, changes, expected) => {
    expect(judge({ state: "exited", ...changes })).toBe(expected);
  });

  test("with 0, and it holds the supervisor", () => {
    const expected = "bad!: ended with code 0, and it is meant to stay";
    expect(judge({ state: "exited", restartPolicy: "no" }, true)).toBe(expected);
  });
});

test.each<[string, Partial<ContainerFacts>, string]>([
  ["started again", { state: "restarting", exitCode: 1 }, "bad: ended with code 1 and is started again"],
  [
    "in a loop",
    { state: "restarting", exitCode: 1, restarts: 2 },
    "bad!: ends again and again (code 1, 2 restarts)",
  ],
  [
    "never started",
    { state: "created", error: "port is taken" },
    "bad!: was created and never started: port is taken",
  ],
  ["being removed", { state: "removing" }, "waiting: is being removed"],
  ["dead", { state: "dead" }, "bad!: is dead"],
  ["a word of a later engine", { state: "frozen" }, "bad!: is frozen"],
])("%s", (_title, changes, expected) => {
  expect(judge(changes)).toBe(expected);
});
