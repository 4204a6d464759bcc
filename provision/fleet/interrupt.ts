import { UserError } from "../../shared/user-error.ts";

/** What the operator's Ctrl-C asks for. */
export interface Interrupt {
  /** begin no further step; what is running ends in order */
  readonly stop: AbortSignal;
  /** leave everything at once */
  readonly leave: AbortSignal;
}

/** The work on a host was given up because the operator asked for it. */
export class InterruptedError extends UserError {
  constructor() {
    super("interrupted", "stopped before its end, as you asked", {
      hint: "run the same command again: it goes on where this one ended",
    });
  }
}

/** Exit codes of a process that a signal ended, as shells count them. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Turns signals of this process into an {@link Interrupt}: the first stops, the second leaves. */
export class SignalInterrupt implements Interrupt {
  private readonly stopping = new AbortController();
  private readonly leaving = new AbortController();
  private readonly onStop: () => void;
  private code: number | undefined;

  /** @param onStop called at the first signal: the place to say what happens now */
  constructor(onStop: () => void) {
    this.onStop = onStop;
    process.on("SIGINT", this.handle).on("SIGTERM", this.handle);
  }

  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  get leave(): AbortSignal {
    return this.leaving.signal;
  }

  /** what to exit with where a signal came: 130 or 143 */
  get exitCode(): number | undefined {
    return this.code;
  }

  /** Lets signals end the process again. */
  dispose(): void {
    process.off("SIGINT", this.handle).off("SIGTERM", this.handle);
  }

  private handle = (signal: keyof typeof SIGNAL_EXIT_CODES): void => {
    if (this.stopping.signal.aborted) {
      this.leaving.abort();
      return;
    }
    this.code = SIGNAL_EXIT_CODES[signal];
    this.onStop();
    this.stopping.abort();
  };
}
