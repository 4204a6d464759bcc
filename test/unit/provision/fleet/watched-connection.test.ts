import { expect, test } from "vitest";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { readComposeModel } from "../../../../provision/engine/compose/compose-model.ts";
import type { RunEvent } from "../../../../provision/fleet/event.ts";
import { watchConnection } from "../../../../provision/fleet/watched-connection.ts";
import { recordCommands } from "../connection/recording-connection.ts";

const outputOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === "output" ? [event.line] : []));

test("every line of a command is told, but those of a confidential one", async () => {
  const events: RunEvent[] = [];
  const watched = watchConnection(openLocalConnection("here", { needed: false }), (event) =>
    events.push(event),
  );
  await watched.exec(["echo", "open"]);
  const { stdout } = await watched.exec(["echo", "hidden"], { isConfidential: true });
  expect(stdout).toBe("hidden\n");
  expect(outputOf(events)).toEqual(["open"]);
});

test("what Compose makes of a stack has the values of variables, and goes into no log", async () => {
  const model = '{ "services": { "web": { "environment": { "PASSWORD": "s3cret" } } } }';
  const events: RunEvent[] = [];
  const host = recordCommands(() => ({ stdout: model, output: model }));
  await readComposeModel(
    watchConnection(host, (event) => events.push(event)),
    { stack: "shop", root: "/opt/longshore/shop", files: {} },
  );
  expect(outputOf(events)).toEqual([]);
});
