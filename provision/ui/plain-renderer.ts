import { type ListrRenderer, type ListrRendererTask, ListrTaskEventType, ListrTaskState } from "listr2";

type Task = ListrRendererTask<typeof PlainRenderer>;

/** Progress for pipes, logs and CI: one line when a step of a host begins, one when it ends, each with the host's name. */
export class PlainRenderer implements ListrRenderer {
  static nonTTY = true;
  static rendererOptions: never;
  static rendererTaskOptions: never;

  readonly #tasks: Task[];

  constructor(tasks: Task[]) {
    this.#tasks = tasks;
  }

  render(): void {
    for (const task of this.#tasks) this.#watchHost(task);
  }

  end(): void {}

  #watchHost(task: Task): void {
    const host = task.title;
    task.on(ListrTaskEventType.SUBTASK, (subtasks) => {
      for (const subtask of subtasks as Task[]) this.#watchStep(host ?? "", subtask);
    });
    task.on(ListrTaskEventType.STATE, (state) => {
      // The host's run has put its outcome behind the name: "web1: would change".
      if (state === ListrTaskState.COMPLETED && !task.hasSubtasks())
        this.#print(host, task.title?.slice(`${host}: `.length) ?? "");
      if (state === ListrTaskState.FAILED && !task.hasSubtasks()) this.#print(host, "failed");
    });
  }

  #watchStep(host: string, task: Task): void {
    let started = 0;
    task.on(ListrTaskEventType.STATE, (state) => {
      if (state === ListrTaskState.STARTED) {
        started = performance.now();
        this.#print(host, `${task.title} …`);
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (state === ListrTaskState.COMPLETED) this.#print(host, `${task.title}: done (${seconds} s)`);
      if (state === ListrTaskState.FAILED) this.#print(host, `${task.title}: failed (${seconds} s)`);
    });
  }

  #print(host: string | undefined, text: string): void {
    process.stdout.write(`${host} | ${text}\n`);
  }
}
