import { type SignalName, signalNames, signalNumber } from "../config/task/signal-name.ts";
import { hearRealtime } from "./hear-realtime.ts";

const endSignals = ["SIGTERM", "SIGINT", "SIGQUIT"] as const;
/** systemd's way to halt a container, also as STOPSIGNAL of its images; SIGPWR is LXC's (lxc.signal.halt). */
export const halt = "SIGRTMIN+3";

/**
 * What would end a process, or stop it for a debugger, and means nothing here. At SIGUSR1 Node would open its debugger to the
 * machine; SIGUSR2 is what the logrotate files of supervisord send.
 */
export const strays = [
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGPROF",
  "SIGIO",
  "SIGSTKFLT",
  "SIGXCPU",
  "SIGABRT",
] as const;

/** The kernel's own words of a fault of this process; sent by somebody else they mean nothing. */
const faults: readonly SignalName[] = ["SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"];

/**
 * Hears the signals to longshored from the first moment: to PID 1 one without a handler means nothing. Until something
 * runs, one that asks for the end ends the process at once, and a SIGHUP is kept.
 */
export class Signals {
  private reload: (() => void) | undefined;
  private wantsReload = false;

  /** @param end what one that asks for the end does until something runs */
  constructor(
    private readonly log: (message: string) => void,
    private end: (signal: SignalName) => void,
  ) {
    for (const signal of endSignals) process.on(signal, () => this.end(signal));
    process.on("SIGHUP", () => {
      if (this.reload === undefined) this.wantsReload = true;
      else this.reload();
    });
    for (const signal of strays) process.on(signal, () => this.ignore(signal));
    process.on("SIGPWR", () => (process.pid === 1 ? this.end("SIGPWR") : this.ignore("SIGPWR")));
  }

  /**
   * Ignores the signals that Node cannot. A fault ends the process all the same: the kernel
   * then takes no heed of that (force_sig_info in kernel/signal.c).
   */
  ignoreRest(ignore: (signal: number) => void): void {
    const isHeard = process.pid === 1 && hearRealtime(signalNumber(halt), () => this.end(halt));
    if (process.pid === 1 && !isHeard) this.log(`this Node cannot hear ${halt}: SIGTERM ends longshored`);
    for (const signal of signalNames) {
      const isRest = signal.startsWith("SIGRT") || faults.includes(signal);
      if (isRest && !(isHeard && signal === halt)) ignore(signalNumber(signal));
    }
  }

  onEnd(end: (signal: SignalName) => void): void {
    this.end = end;
  }

  /** Reloads at once when a SIGHUP has come already. */
  onReload(reload: () => void): void {
    this.reload = reload;
    if (this.wantsReload) reload();
  }

  private ignore(signal: SignalName): void {
    this.log(`${signal} means nothing here`);
  }
}
