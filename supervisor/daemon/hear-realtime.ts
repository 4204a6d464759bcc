/** Of Node's own `Signal`, which `process.on` uses for the signals that have names in Node. */
interface SignalWrap {
  onsignal: () => void;
  unref(): void;
  /** 0, or an error of libuv */
  start(signal: number): number;
}

/**
 * Hears a realtime signal, for which Node has no name, through the part of Node that hears the others.
 * @param signal its number
 * @returns false where this Node does not offer that part
 */
export function hearRealtime(signal: number, act: () => void): boolean {
  const { noDeprecation } = process;
  process.noDeprecation = true;
  try {
    const binding = Reflect.get(process, "binding") as (name: string) => { Signal: new () => SignalWrap };
    const { Signal } = binding.call(process, "signal_wrap");
    const wrap = new Signal();
    wrap.onsignal = act;
    if (wrap.start(signal) !== 0) return false;
    wrap.unref();
    return true;
  } catch {
    return false;
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}
