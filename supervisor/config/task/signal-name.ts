import { constants } from "node:os";

/** A signal by its name; realtime signals are counted from both ends, as `kill -l` does: `SIGRTMIN+3`, `SIGRTMAX-2`. */
export type SignalName = NodeJS.Signals | `SIGRT${string}`;

/** Those that a program may use, of the C libraries' own. */
const firstRealtime = 34;
const lastRealtime = 64;

/** Every signal that this system knows, by its first name: SIGABRT is SIGIOT too. */
const numbers = new Map<SignalName, number>([
  ...(Object.entries(constants.signals) as [SignalName, number][]),
  ...Array.from({ length: lastRealtime - firstRealtime + 1 }, (_, index): [SignalName, number] => [
    nameRealtime(firstRealtime + index),
    firstRealtime + index,
  ]),
]);
const names = new Map([...numbers].reverse().map(([name, number]) => [number, name]));
export const signalNames = [...numbers.keys()];

function nameRealtime(number: number): SignalName {
  const [above, below] = [number - firstRealtime, lastRealtime - number];
  if (above <= below) return above === 0 ? "SIGRTMIN" : `SIGRTMIN+${above}`;
  return below === 0 ? "SIGRTMAX" : `SIGRTMAX-${below}`;
}

/** The number of a signal. */
export function signalNumber(name: SignalName): number {
  return numbers.get(name) ?? 0;
}

/** The name of a signal, or undefined where the number is none. */
export function nameSignal(number: number): SignalName | undefined {
  return names.get(number);
}

/** `SIGTERM` for `SIGTERM`, `TERM`, `term` or `15`; undefined for what is no signal here. */
export function parseSignal(text: string): SignalName | undefined {
  if (/^\d+$/.test(text)) return nameSignal(Number(text));
  const upper = text.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  const [, from, sign, offset] = /^SIGRT(MIN|MAX)([+-])(\d+)$/.exec(name) ?? [];
  if (offset === undefined) return signalNames.find((known) => known === name);
  const number = (from === "MIN" ? firstRealtime : lastRealtime) + Number(`${sign}${offset}`);
  return number < firstRealtime ? undefined : nameSignal(number);
}
