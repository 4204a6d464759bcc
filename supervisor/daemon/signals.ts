const endSignals = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;
type EndSignal = (typeof endSignals)[number];

/**
 * Hears the signals to longshored from the first moment: to PID 1 one without a handler means nothing. Until something
 * runs, one that asks for the end ends the process at once, and a SIGHUP is kept.
 */
export class Signals {
  private end: (signal: EndSignal) => void = () => process.exit(0);
  private reload: (() => void) | undefined;
  private wantsReload = false;

  constructor(log: (message: string) => void) {
    for (const signal of endSignals) process.on(signal, () => this.end(signal));
    process.on("SIGHUP", () => {
      if (this.reload === undefined) this.wantsReload = true;
      else this.reload();
    });
    // At SIGUSR1 Node would open its debugger to the machine. SIGUSR2 ends a process that does not expect it, and the
    // logrotate files of supervisord send it.
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const)
      process.on(signal, () => log(`${signal} means nothing here`));
  }

  onEnd(end: (signal: EndSignal) => void): void {
    this.end = end;
  }

  /** Reloads at once when a SIGHUP has come already. */
  onReload(reload: () => void): void {
    this.reload = reload;
    if (this.wantsReload) reload();
  }
}
