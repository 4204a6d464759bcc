import { beforeEach, expect, test, vi } from "vitest";
import { UnreachableError } from "../../../../provision/connection/connection.ts";
import { guardChange } from "../../../../provision/host/guarded-change.ts";
import type { ApplyContext } from "../../../../provision/host/step.ts";
import { type RecordedCommand, recordCommands } from "../connection/recording-connection.ts";
import { bareHost } from "./facts/host-facts.ts";

vi.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

const CHANGE = {
  name: "firewall",
  make: "make it",
  undo: "undo it",
  keep: "keep it",
  args: ["/file"],
  input: "rules",
};

const reconnect = vi.fn<ApplyContext["reconnect"]>();
beforeEach(() => {
  reconnect.mockReset();
});

/** Makes the change on a host that answers as told; says what was run there, by a word each. */
async function guard(answer?: Parameters<typeof recordCommands>[0]) {
  const connection = recordCommands(answer);
  const facts = bareHost("Debian 13");
  const context = {
    connection,
    facts,
    reconnect,
    progress() {},
    tell() {},
    note() {},
    gather: async () => facts,
  };
  const error: unknown = await guardChange(context, CHANGE).then(
    () => undefined,
    (thrown) => thrown,
  );
  // After a failure it is asked whether a disk is full: no part of the change.
  const ran = connection.commands.map(wordFor).filter((word) => word !== "sh -c");
  return { error, ran, commands: connection.commands };
}

function wordFor({ argv }: RecordedCommand): string {
  const script = argv[2] ?? "";
  if (script.includes("systemd-run")) return "schedule";
  return script.includes(" it") ? script : argv.slice(0, 2).join(" ");
}

test("it is made, tried on a second connection, and kept", async () => {
  const second = recordCommands();
  const close = vi.spyOn(second, "close");
  reconnect.mockResolvedValue(second);
  const { error, ran, commands } = await guard();
  expect(error).toBeUndefined();
  expect(ran).toEqual(["schedule", "make it", "systemctl stop", "keep it"]);
  expect(commands.every(({ become }) => become)).toBe(true);
  expect(commands[1]?.input).toBe("rules");
  expect(second.commands.map(({ text }) => text)).toEqual(["true"]);
  expect(close).toHaveBeenCalledOnce();
});

test("the way back is scheduled on the host before anything is changed, and needs nobody", async () => {
  reconnect.mockResolvedValue(recordCommands());
  const { commands } = await guard();
  expect(commands[0]?.text).toBe("longshore-undo-firewall 120 'undo it' /file");
});

test("sshd may need a moment", async () => {
  reconnect.mockRejectedValueOnce(new UnreachableError("ssh_refused", "connection refused"));
  reconnect.mockResolvedValue(recordCommands());
  expect((await guard()).error).toBeUndefined();
});

test("nobody gets in: it is undone over the connection that is still there", async () => {
  reconnect.mockRejectedValue(new UnreachableError("ssh_timeout", "no answer"));
  const { error, ran } = await guard();
  expect(ran).toEqual(["schedule", "make it", "undo it", "systemctl stop"]);
  expect(error).toMatchObject({
    code: "locked_out",
    message: "cannot keep firewall, it has been undone: no answer",
  });
});

test("what cannot be made is undone, and nobody tries to come in", async () => {
  const { error, ran } = await guard(({ argv }) =>
    argv[2] === "make it" ? { code: 1, stderr: "bad" } : undefined,
  );
  expect(ran).toEqual(["schedule", "make it", "undo it", "systemctl stop"]);
  expect(error).toMatchObject({ code: "locked_out", message: expect.stringContaining("bad") });
  expect(reconnect).not.toHaveBeenCalled();
});

test("without a way back nothing is changed", async () => {
  const { ran } = await guard(({ argv }) => (argv[2]?.includes("systemd-run") ? { code: 1 } : undefined));
  expect(ran).toEqual(["schedule"]);
});
