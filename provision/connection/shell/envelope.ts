import { randomBytes } from "node:crypto";

/**
 * How a command is sent to a host, so that what it prints and how it ends can be told from all that stands in between: a
 * ForceCommand, files that the login shell reads, sudo. Marks of ours come before and after it, on both of its outputs. The
 * command line holds their secret part in two halves: who merely repeats the line, as git-shell does in its refusal, is not
 * taken for the command.
 */
export interface Envelope {
  argv: string[];
  /** begins every mark; a letter follows, see {@link Mark} */
  token: string;
}

/**
 * `L`: the login shell runs us, sudo comes next. `S`: there is no sudo. `P`: sudo asks for the password. `B`: the command
 * begins. `E`: it has ended, with that exit code.
 */
export type Mark = { kind: "L" | "S" | "P" | "B" } | { kind: "E"; code: number };

/** Puts a mark on both outputs. */
const SAY = (letter: string) => `printf %s${letter} "$m"; printf %s${letter} "$m" >&2`;

/**
 * A command's docker asks the engine of its host, as the Docker API over the connection does, whatever an environment or a
 * context of ~/.docker/config.json names (DOCKER_HOST comes before both); that file's logins still count.
 */
const OWN_ENGINE =
  "unset DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH; " +
  "DOCKER_HOST=unix:///var/run/docker.sock; export DOCKER_HOST";

// One line each: a login shell of csh's family takes no other.
const RUN = `m=$1$2; shift 2; ${OWN_ENGINE}; ${SAY("B")}; "$@"; c=$?; ${SAY("E$c\\;")}; exit "$c"`;
/** A process that is held: nothing of ours stays between it and its user. */
const HOLD = `m=$1$2; shift 2; ${OWN_ENGINE}; ${SAY("B")}; exec "$@"`;
// sudo's words are English then, as they are for whoever looks them up. -k: no remembered login takes the place of the
// password, so that a wrong one is noticed.
const BECOME =
  `m=$1$2 ask=$3; shift 3; ${SAY("L")}; command -v sudo >/dev/null || { ${SAY("S")}; exit 127; }; ` +
  'LANGUAGE=en; export LANGUAGE; [ -z "$ask" ] || exec sudo -k -S -p "${m}P" -- "$@"; exec sudo -n -- "$@"';

/**
 * @param options.become by sudo, which may ask for a password (on `P`) or may not
 * @param options.isHeld the process gets the streams for itself: no mark comes after `B`
 */
export function seal(
  argv: readonly string[],
  { become, isHeld }: { become?: "with-password" | "without-password"; isHeld: boolean },
): Envelope {
  const halves = [randomBytes(8).toString("hex"), randomBytes(8).toString("hex")];
  const own = ["sh", "-c", isHeld ? HOLD : RUN, "longshore", ...halves, ...argv];
  const ask = become === "with-password" ? "ask" : "";
  return {
    token: halves.join(""),
    argv: become === undefined ? own : ["sh", "-c", BECOME, "longshore", ...halves, ask, ...own],
  };
}
