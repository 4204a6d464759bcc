import { expect, test } from "vitest";
import { ConnectionLostError } from "../../../../provision/connection/connection.ts";
import { auditChanges, parseAuditLine, readAudit } from "../../../../provision/fleet/audit.ts";
import { recordCommands } from "../connection/recording-connection.ts";

const change = { step: "docker group: add admin", status: "done", seconds: 0.4 } as const;

test("who, from where, what and when, appended as root", async () => {
  const connection = recordCommands(({ text }) =>
    text.includes("SSH_CONNECTION") ? { stdout: "192.0.2.7 50000 192.0.2.1 22\n" } : undefined,
  );
  await auditChanges("provision", "1.2.3")(change, connection);
  const written = connection.commands.at(-1);
  expect(written).toMatchObject({ become: true, text: "/var/log/longshore/audit.jsonl 10485760 4" });
  expect(parseAuditLine(written?.input ?? "")).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    by: expect.stringMatching(/^.+@.+$/),
    from: "192.0.2.7",
    command: "provision",
    version: "1.2.3",
    ...change,
  });
});

test("the address is asked for once a host", async () => {
  const connection = recordCommands(() => ({ code: 1 }));
  const record = auditChanges("provision", "1.2.3");
  await record(change, connection);
  await record(change, connection);
  expect(connection.commands.map(({ argv }) => argv[0])).toEqual(["printenv", "sh", "sh"]);
});

test("what can't be written stops nothing", async () => {
  const connection = recordCommands(() => {
    throw new ConnectionLostError("web1");
  });
  await expect(auditChanges("provision", "1.2.3")(change, connection)).resolves.toBeUndefined();
});

test("damaged lines are passed over", async () => {
  const entry = {
    at: "2026-01-01T00:00:00.000Z",
    by: "anna@laptop",
    from: "",
    command: "up",
    version: "1.0.0",
    ...change,
  };
  const stdout = `{"at":"2026\n\n[]\n${JSON.stringify(entry)}\n`;
  expect(
    await readAudit(
      recordCommands(() => ({ stdout })),
      20,
    ),
  ).toEqual([entry]);
});
