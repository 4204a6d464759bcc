import type { Variables } from "../../shared/interpolate.ts";

/** Where the supervisor and its client meet, and where it keeps what must survive it. */
export interface DefaultPaths {
  readonly socket: string;
  readonly stateDir: string;
}

/** The paths of the system for root, those of the XDG base directories for everyone else. */
export function defaultPaths(uid: number, environment: Variables): DefaultPaths {
  const socket = environment.LONGSHORE_SOCKET;
  if (uid === 0) {
    return { socket: socket ?? "/run/longshore/control.sock", stateDir: "/var/lib/longshore" };
  }
  const runtimeDir = environment.XDG_RUNTIME_DIR;
  const stateHome = environment.XDG_STATE_HOME ?? `${environment.HOME ?? "/tmp"}/.local/state`;
  const ownSocket = runtimeDir
    ? `${runtimeDir}/longshore/control.sock`
    : `/tmp/longshore-${uid}/control.sock`;
  return { socket: socket ?? ownSocket, stateDir: `${stateHome}/longshore` };
}
