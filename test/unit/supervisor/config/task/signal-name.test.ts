import { expect, it } from "vitest";
import { nameSignal, parseSignal, signalNumber } from "../../../../../supervisor/config/task/signal-name.ts";

it.each([
  ["SIGTERM", "SIGTERM", 15],
  ["term", "SIGTERM", 15],
  ["15", "SIGTERM", 15],
  ["6", "SIGABRT", 6],
  ["SIGRTMIN+3", "SIGRTMIN+3", 37],
  ["RTMIN", "SIGRTMIN", 34],
  ["37", "SIGRTMIN+3", 37],
  ["SIGRTMAX", "SIGRTMAX", 64],
  ["rtmax-1", "SIGRTMAX-1", 63],
  ["SIGRTMAX-27", "SIGRTMIN+3", 37],
])("%s is a signal", (text, name, number) => {
  expect(parseSignal(text)).toBe(name);
  expect(signalNumber(parseSignal(text) ?? "SIGKILL")).toBe(number);
});

it.each(["", "0", "32", "65", "SIGNONE", "RTMIN-1", "RTMAX+1", "SIGRTMIN+31"])("%j is none", (text) => {
  expect(parseSignal(text)).toBeUndefined();
});

it("has the name that people know where there are two", () => {
  expect(nameSignal(6)).toBe("SIGABRT");
  expect(nameSignal(29)).toBe("SIGIO");
});
