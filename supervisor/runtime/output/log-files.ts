import type { LogSettings } from "../../config/task/log.ts";
import { LogFile } from "./log-file.ts";

/** The open log files by path: two streams that go to the same path share one file. */
export class LogFiles {
  private readonly open = new Map<string, { file: LogFile; users: number }>();

  constructor(private readonly report: (message: string) => void) {}

  /** The file at an absolute path, for as long as its user does not give it back. */
  take(path: string, settings: LogSettings): LogFile {
    const known = this.open.get(path);
    if (known !== undefined) {
      known.users += 1;
      return known.file;
    }
    const file = new LogFile(path, settings, this.report);
    this.open.set(path, { file, users: 1 });
    return file;
  }

  /** Has the file at this path, where it is open, be kept by other rules. */
  adjust(path: string, settings: LogSettings): void {
    this.open.get(path)?.file.use(settings);
  }

  giveBack(file: LogFile): void {
    const known = this.open.get(file.path);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users > 0) return;
    known.file.close();
    this.open.delete(file.path);
  }
}
