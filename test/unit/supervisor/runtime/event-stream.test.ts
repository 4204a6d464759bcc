import { expect, it } from "vitest";
import { EventStream } from "../../../../supervisor/runtime/event-stream.ts";

it("remembers the last thousand events, and no more", () => {
  const events = new EventStream({ onChange: () => () => {} }, { onRun: () => {} });
  for (let number = 1; number <= 1_500; number += 1) events.announce("reloaded", String(number));
  const reasons = events.last(5_000).map(({ reason }) => Number(reason));
  expect(reasons).toEqual(Array.from({ length: 1_000 }, (_, index) => 501 + index));
  expect(events.last(1).map(({ reason }) => reason)).toEqual(["1500"]);
  expect(events.last(0)).toEqual([]);
});
