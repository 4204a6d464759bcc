import { expect, it } from "vitest";
import { resolveTask } from "../../../../../supervisor/config/instance-spec.ts";
import { Task } from "../../../../../supervisor/config/task/task.ts";
import { Capture } from "../../../../../supervisor/runtime/output/capture.ts";
import { LogFiles } from "../../../../../supervisor/runtime/output/log-files.ts";
import type { StreamReader } from "../../../../../supervisor/runtime/output/stream-reader.ts";

const [spec] = resolveTask("web", Task.parse({ command: "x" }), () => ({}), {}).specs;
if (spec === undefined) throw new Error("no instance");

/** An output that is full until somebody reads. */
class FullOutput {
  private resumers: (() => void)[] = [];
  write(): boolean {
    return false;
  }
  onRoom(resume: () => void): void {
    this.resumers.push(resume);
  }
  read(): void {
    for (const resume of this.resumers.splice(0)) resume();
  }
}

class Reader implements StreamReader {
  readonly closed = false;
  isPaused = false;
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

it("has every stream of a task wait while the output is full, also one that comes later", () => {
  const output = new FullOutput();
  const capture = new Capture(output, new LogFiles(() => {}));
  const handler = capture.handle("stdout", spec, [{ kind: "inherit" }]);
  const [first, second] = [new Reader(), new Reader()];
  capture.attach([first]);
  handler?.onChunk(Buffer.from("a line\n"));
  capture.attach([second]);
  expect([first.isPaused, second.isPaused]).toEqual([true, true]);
  output.read();
  expect([first.isPaused, second.isPaused]).toEqual([false, false]);
});

it("is settled when every stream has ended, or when nobody waits any longer", async () => {
  const capture = new Capture(new FullOutput(), new LogFiles(() => {}));
  await capture.settle(1_000_000);
  const handlers = (["stdout", "stderr"] as const).map((name) =>
    capture.handle(name, spec, [{ kind: "inherit" }]),
  );
  await capture.settle(1);
  let isSettled = false;
  const settled = capture.settle(1_000_000).then(() => {
    isSettled = true;
  });
  handlers[0]?.onEnd();
  await Promise.resolve();
  expect(isSettled).toBe(false);
  handlers[1]?.onEnd();
  await settled;
});
