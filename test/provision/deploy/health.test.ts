import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { describe, expect, test } from "vitest";
import { waitHealthy } from "../../../provision/deploy/health.ts";

interface FakeContainer {
  status: string;
  exitCode?: number;
  health?: string;
  restarts?: number;
  restarting?: boolean;
  restart?: string;
}

/** An engine that shows one picture after the other: the next whenever an event has been told. */
class FakeEngine {
  readonly events = new PassThrough();
  readonly log: Buffer;
  #pictures: Record<string, FakeContainer>[];

  constructor(pictures: Record<string, FakeContainer>[], log = "") {
    this.#pictures = pictures;
    this.log = Buffer.concat(log.split("\n").map(frame));
  }

  get docker(): Docker {
    const engine = {
      getEvents: async () => this.events,
      listContainers: async () => {
        const [now = {}, ...later] = this.#pictures;
        if (later.length > 0) {
          this.#pictures = later;
          setImmediate(() => this.events.write("{}"));
        }
        this.#now = now;
        return Object.keys(now).map((service) => ({
          Id: service,
          Labels: { "com.docker.compose.service": service },
        }));
      },
      getContainer: (id: string) => ({
        inspect: async () => describeContainer(this.#now[id]),
        logs: async () => this.log,
      }),
    };
    return engine as unknown as Docker;
  }

  #now: Record<string, FakeContainer> = {};
}

function describeContainer(container: FakeContainer = { status: "dead" }) {
  const { status, exitCode = 0, health, restarts = 0, restarting = false, restart = "no" } = container;
  return {
    RestartCount: restarts,
    HostConfig: { RestartPolicy: { Name: restart } },
    State: {
      Status: status,
      Running: status === "running",
      Restarting: restarting,
      ExitCode: exitCode,
      ...(health === undefined ? {} : { Health: { Status: health } }),
    },
  };
}

/** A piece of a log as the engine sends it where the container has no terminal. */
function frame(line: string): Buffer {
  const text = Buffer.from(`${line}\n`);
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text]);
}

const RUNNING = { status: "running" };
const HEALTHY = { status: "running", health: "healthy" };

async function wait(engine: FakeEngine, seconds = 30): Promise<string[]> {
  const lines: string[] = [];
  await waitHealthy(engine.docker, "site", ["web", "db"], seconds, (line) => lines.push(line));
  return lines;
}

test("a service that runs once and is done is good; one that ought to run on is not", async () => {
  const done = { status: "exited", exitCode: 0 };
  expect(await wait(new FakeEngine([{ web: HEALTHY, db: done }]))).toEqual([]);
  const stopped = { ...done, restart: "unless-stopped" };
  await expect(wait(new FakeEngine([{ web: HEALTHY, db: stopped }]))).rejects.toThrow("ended with code 0");
});

test("all well from the start: nothing is waited for, and nothing is left open", async () => {
  const engine = new FakeEngine([{ web: HEALTHY, db: RUNNING }]);
  expect(await wait(engine)).toEqual([]);
  expect(engine.events.destroyed).toBe(true);
});

test("services come up one after the other", async () => {
  const starting = { status: "running", health: "starting" };
  const engine = new FakeEngine([
    { db: RUNNING },
    { web: { status: "created" }, db: RUNNING },
    { web: starting, db: RUNNING },
    { web: HEALTHY, db: RUNNING },
  ]);
  expect(await wait(engine)).toEqual([
    "waiting for web: no container yet",
    "waiting for web: created",
    "waiting for web: starting",
  ]);
});

test("a service that has done its work is good", async () => {
  expect(await wait(new FakeEngine([{ web: HEALTHY, db: { status: "exited", exitCode: 0 } }]))).toEqual([]);
});

describe("what will not come up is told at once, with the last words of the log", () => {
  test.each<[string, FakeContainer, RegExp]>([
    ["ended", { status: "exited", exitCode: 3 }, /^service web: ended with code 3\n {4}one\n {4}two$/],
    ["unhealthy", { status: "running", health: "unhealthy" }, /^service web: is unhealthy\n {4}one/],
    [
      "restarting",
      { status: "restarting", restarting: true, exitCode: 1 },
      /^service web: ends again and again \(code 1\)/,
    ],
    ["restarted twice", { ...HEALTHY, restarts: 2 }, /^service web: ends again and again/],
  ])("%s", async (_title, web, message) => {
    const engine = new FakeEngine([{ web, db: RUNNING }], "one\n\ntwo");
    const waiting = wait(engine);
    await expect(waiting).rejects.toThrow(message);
    await expect(waiting).rejects.toMatchObject({ code: "unhealthy" });
    expect(engine.events.destroyed).toBe(true);
  });
});

test("no longer than was said", async () => {
  const engine = new FakeEngine(
    [{ web: { status: "running", health: "starting" }, db: RUNNING }],
    "still migrating",
  );
  await expect(wait(engine, 0.05)).rejects.toThrow("service web: starting after 0.05 s\n    still migrating");
});

test("an engine that goes away ends the wait", async () => {
  const engine = new FakeEngine([{ db: RUNNING }]);
  const waiting = wait(engine);
  setImmediate(() => engine.events.destroy());
  await expect(waiting).rejects.toMatchObject({ code: "unhealthy" });
});
