import { once } from "node:events";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { CommandError, run, shellScript } from "../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../provision/connection/local.ts";

const here = openLocalConnection("here", { needed: false });

test("arguments are data, whatever they hold", async () => {
  const words = ["a b", "$HOME", "it's", "", "-n", "*", "line\nbreak", "é"];
  const { stdout } = await run(here, shellScript('for word; do printf "%s|" "$word"; done', ...words));
  expect(stdout).toBe(words.map((word) => `${word}|`).join(""));
});

test("stdout, stderr and the exit code come apart; lines come as they are printed", async () => {
  const lines: string[] = [];
  const script = shellScript("echo out; echo err >&2; exit 3");
  const result = await here.exec(script, { onLine: (line) => lines.push(line) });
  expect(result).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  expect(lines.sort()).toEqual(["err", "out"]);
});

test.each([
  ["text", "ä\nb"],
  ["a stream", Readable.from([Buffer.from("ä\n"), Buffer.from("b")], { objectMode: false })],
])("input is %s", async (_kind, input) => {
  expect((await here.exec(["cat"], { input })).stdout).toBe("ä\nb");
});

test("a program that reads no input ends well", async () => {
  expect((await here.exec(["true"], { input: "x".repeat(1_000_000) })).code).toBe(0);
});

test("a command that must succeed says what it was and its last words", async () => {
  const failing = run(here, shellScript("echo no room >&2; exit 28"), { title: "writing" });
  await expect(failing).rejects.toThrow(CommandError);
  await expect(failing).rejects.toThrow("writing failed with code 28:\n    no room");
});

test("a program that is not there is a failure, not a crash", async () => {
  expect((await here.exec(["longshore-no-such-program"])).code).toBe(127);
});

test("a process is a byte stream both ways", async () => {
  const stream = await here.openProcess(["cat"]);
  stream.write("ping");
  expect(String(await once(stream, "data"))).toBe("ping");
  stream.end();
});

test("a socket that is not there is an error", async () => {
  await expect(here.openSocket("/nonexistent/longshore.sock")).rejects.toThrow("ENOENT");
});
