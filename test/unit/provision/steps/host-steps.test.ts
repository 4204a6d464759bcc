import { expect, test, vi } from "vitest";
import { ConnectionLostError } from "../../../../provision/connection/connection.ts";
import type { ActionContext } from "../../../../provision/fleet/action.ts";
import type { Step } from "../../../../provision/host/step.ts";
import { actionsFor } from "../../../../provision/steps/host-steps.ts";
import { recordCommands } from "../connection/recording-connection.ts";
import { bareHost, provisionedHost } from "../host/facts/host-facts.ts";

const before = bareHost("Debian 13");
const after = provisionedHost("Debian 13");

function contextOf(): ActionContext & { notes: string[] } {
  const notes: string[] = [];
  return { notes, progress: () => {}, tell: () => {}, note: (text) => notes.push(text) };
}

function toolsWith(...facts: (typeof before)[]) {
  const gather = vi.fn(async () => facts.shift() ?? after);
  return { connection: recordCommands(), gather, reconnect: async () => recordCommands() };
}

const apply = vi.fn(async () => {});
const group: Step = {
  id: "group",
  title: "group",
  check: ({ groups }) =>
    groups.includes("docker") ? undefined : { summary: "add it", details: ["+ admin in docker"], apply },
};
const engine: Step = {
  id: "engine",
  title: "engine",
  check: ({ docker }) => (docker.installed ? undefined : { summary: "install it", apply }),
};

test("a step is applied once, and verified by new facts", async () => {
  apply.mockClear();
  const tools = toolsWith(after);
  const [action] = actionsFor([group], before, tools);
  expect(action).toMatchObject({ title: "group: add it", isChange: true, details: ["+ admin in docker"] });
  expect(await action?.run(contextOf())).toBeUndefined();
  expect(apply).toHaveBeenCalledOnce();
  expect(tools.gather).toHaveBeenCalledOnce();
});

test("a step that left nothing changed fails, and names what is left", async () => {
  const [action] = actionsFor([group], before, toolsWith(before));
  await expect(action?.run(contextOf())).rejects.toMatchObject({
    code: "not_verified",
    message: expect.stringMatching(/still has to add it\n {4}\+ admin in docker/),
  });
});

test("what an earlier step has done as well is not done again, and is no change", async () => {
  apply.mockClear();
  const context = contextOf();
  const [first, second] = actionsFor([engine, group], before, toolsWith(after));
  await first?.run(context);
  expect(await second?.run(context)).toBe(false);
  expect(apply).toHaveBeenCalledOnce();
  expect(context.notes).toEqual(["done already"]);
});

test("a wait is no change", () => {
  const [action] = actionsFor([{ ...group, isWait: true }], before, toolsWith());
  expect(action?.isChange).toBe(false);
});

test("a step whose connection was lost goes on when the host is back", async () => {
  apply.mockClear();
  apply.mockRejectedValueOnce(new ConnectionLostError("web1"));
  const told: string[] = [];
  const tools = toolsWith(before, after);
  const [action] = actionsFor([group], before, tools);
  expect(await action?.run({ ...contextOf(), tell: (line) => told.push(line) })).toBeUndefined();
  expect(apply).toHaveBeenCalledTimes(2);
  expect(told).toEqual([expect.stringContaining("the connection was lost")]);
});

test("what went through although the connection was lost is a change, and not done again", async () => {
  apply.mockClear();
  apply.mockRejectedValueOnce(new ConnectionLostError("web1"));
  const [action] = actionsFor([group], before, toolsWith(after));
  expect(await action?.run(contextOf())).toBeUndefined();
  expect(apply).toHaveBeenCalledOnce();
});

test("what a power failure undid of earlier steps is done again first", async () => {
  const order: string[] = [];
  const step = (id: string, isDone: () => boolean, apply: () => Promise<void>): Step => ({
    id,
    title: id,
    check: () => (isDone() ? undefined : { summary: id, apply }),
  });
  let hasPower = true;
  const done = new Set(["first"]);
  const first = step(
    "first",
    () => done.has("first"),
    async () => {
      order.push("first");
      done.add("first");
    },
  );
  const second = step(
    "second",
    () => done.has("second"),
    async () => {
      order.push("second");
      if (hasPower) {
        hasPower = false;
        done.delete("first");
        throw new ConnectionLostError("web1");
      }
      done.add("second");
    },
  );
  const [action] = actionsFor([first, second], before, toolsWith());
  await action?.run(contextOf());
  expect(order).toEqual(["second", "first", "second"]);
});

test("a connection that is lost again and again ends it", async () => {
  apply.mockClear();
  for (let i = 0; i < 9; i++) apply.mockRejectedValueOnce(new ConnectionLostError("web1"));
  const [action] = actionsFor([group], before, toolsWith(before, before, before, before, before));
  await expect(action?.run(contextOf())).rejects.toThrow(ConnectionLostError);
  expect(apply).toHaveBeenCalledTimes(4);
  apply.mockReset();
});
