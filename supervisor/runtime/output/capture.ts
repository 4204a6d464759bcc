import type { InstanceSpec } from "../../config/instance-spec.ts";
import type { Sink } from "../../config/task/log.ts";
import type { LogFile } from "./log-file.ts";
import type { LogFiles } from "./log-files.ts";
import type { Output } from "./output.ts";
import { PatientLines } from "./patient-lines.ts";
import type { StreamHandler, StreamReader } from "./stream-reader.ts";
import { type LogBlock, type StreamName, TailBuffer } from "./tail-buffer.ts";

/** Takes what an instance writes to where its task wants it, in whole lines, and keeps the last of them. */
export class Capture {
  readonly tail = new TailBuffer();
  private readonly followers = new Set<(block: LogBlock) => void>();
  private readers: readonly StreamReader[] = [];
  private isPaused = false;
  /** what its lines are marked with */
  private name = "";
  /** streams that have not come to their end */
  private open = 0;
  private readonly settlers: (() => void)[] = [];

  constructor(
    private readonly output: Pick<Output, "write" | "onRoom">,
    private readonly files: LogFiles,
  ) {}

  /** Takes one stream of a new process; undefined when nobody wants it. */
  handle(stream: StreamName, spec: InstanceSpec, sinks: readonly Sink[]): StreamHandler | undefined {
    if (sinks.length === 0) return undefined;
    this.name = spec.name;
    const taken = sinks.flatMap((sink) =>
      sink.kind === "file" ? [this.files.take(sink.path, spec.settings.log)] : [],
    );
    const inherits = sinks.some((sink) => sink.kind === "inherit");
    const take = (blocks: readonly Buffer[]): void => {
      for (const bytes of blocks) this.take({ at: Date.now(), stream, bytes }, taken, inherits);
    };
    const lines = new PatientLines(take);
    this.open += 1;
    return {
      onChunk: (chunk) => lines.push(chunk),
      onEnd: () => {
        lines.end();
        for (const file of taken) this.files.giveBack(file);
        this.open -= 1;
        if (this.open === 0) for (const settled of this.settlers.splice(0)) settled();
      },
    };
  }

  /** Takes over what another form of the instance says of the output of a process that goes on. */
  adopt({ name, stdout, stderr, settings }: InstanceSpec): void {
    this.name = name;
    for (const sink of [...stdout, ...(stderr === "stdout" ? [] : stderr)])
      if (sink.kind === "file") this.files.adjust(sink.path, settings.log);
  }

  /** Names the streams that have to wait while the output is full. */
  attach(readers: readonly StreamReader[]): void {
    this.readers = [...this.readers.filter((reader) => !reader.closed), ...readers];
    if (this.isPaused) for (const reader of readers) reader.pause();
  }

  /** Resolves when everything that was written is here, or after `patience` (ms): a stranger may hold the pipe. */
  settle(patience: number): Promise<void> {
    if (this.open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.settlers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Whether everything that was written has been taken. */
  get isDone(): boolean {
    return this.readers.every((reader) => reader.closed);
  }

  /** Calls back with every further block of lines; the result ends that. */
  follow(follower: (block: LogBlock) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private take(block: LogBlock, files: readonly LogFile[], inherits: boolean): void {
    this.tail.push(block);
    for (const follower of this.followers) follower(block);
    for (const file of files) file.write(block.bytes);
    if (!inherits || this.output.write(this.name, block) || this.isPaused) return;
    this.isPaused = true;
    for (const reader of this.readers) reader.pause();
    this.output.onRoom(() => {
      this.isPaused = false;
      for (const reader of this.readers) reader.resume();
    });
  }
}
