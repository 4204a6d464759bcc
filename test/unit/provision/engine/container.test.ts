import { expect, test } from "vitest";
import { parseContainer } from "../../../../provision/engine/container.ts";
import { inspected } from "./example-container.ts";

const parse = (changes: Record<string, unknown>, pidOne: string[] = []) =>
  parseContainer({ ...inspected(), ...changes }, pidOne, undefined);

test("an engine of 20.10 has no word for no restart policy, later ones say no", () => {
  expect(parse({ RestartPolicy: { Name: "" } })?.restartPolicy).toBe("no");
  expect(parse({ RestartPolicy: { Name: "no" } })?.restartPolicy).toBe("no");
  expect(parse({ RestartPolicy: null })?.restartPolicy).toBe("no");
  expect(parse({ RestartPolicy: { Name: "on-failure" } })?.restartPolicy).toBe("on-failure");
});

test.each<[string, Record<string, unknown>, boolean]>([
  ["nothing", {}, false],
  ["no ports", { Ports: null }, false],
  ["ports", { Ports: { "80/tcp": [{ HostPort: "8080" }] } }, true],
  ["a healthcheck", { Healthcheck: { Test: ["CMD", "true"] } }, true],
  ["a healthcheck that is switched off", { Healthcheck: { Test: ["NONE"] } }, false],
])("%s: whether it is meant to stay", (_title, changes, expected) => {
  expect(parse(changes)?.serves).toBe(expected);
});

test("the command line is that of the process, else that of the start", () => {
  const started = { Path: "docker-entrypoint.sh", Args: ["nginx", "-g"] };
  expect(parse(started)?.pidOne).toEqual(["docker-entrypoint.sh", "nginx", "-g"]);
  expect(parse(started, ["nginx: master process"])?.pidOne).toEqual(["nginx: master process"]);
});

test("what was started with `docker compose run` is nobody's service", () => {
  const { Labels } = inspected() as { Labels: Record<string, string> };
  const run = parse({ Labels: { ...Labels, "com.docker.compose.oneoff": "True" } });
  expect([parse({})?.isOneOff, run?.isOneOff]).toEqual([false, true]);
});

test.each([undefined, null, {}, [], "x", { Id: "a" }])("%j is no container", (value) => {
  expect(parseContainer(value, [], undefined)).toBeUndefined();
});
