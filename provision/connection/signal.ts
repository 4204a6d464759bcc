import { constants } from "node:os";

/** The number of a signal as SSH names it (RFC 4254, 6.10), with or without `SIG`; 0 for one that is not known. */
export function signalNumber(name: string | undefined): number {
  const full = `SIG${(name ?? "").replace(/^SIG/, "")}` as NodeJS.Signals;
  return constants.signals[full] ?? 0;
}
