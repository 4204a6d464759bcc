import { UserError } from "../../shared/user-error.ts";

/** Seconds that the engine may take for one answer. */
export const ENGINE_SECONDS = 10;

/**
 * The beginning of a shell script that asks the engine: `docker` is given up after ENGINE_SECONDS, and at once when all asking
 * has taken 45 s. Where the engine itself did not answer (a command in a container is another matter), a line `hung=yes`
 * comes on stdout.
 */
export const LIMIT_DOCKER = `
exec 8>&1
docker_until=$(($(date +%s) + 45))
command -v docker >/dev/null && docker() {
  docker_left=$((docker_until - $(date +%s)))
  [ "$docker_left" -gt 0 ] || return 124
  [ "$docker_left" -le ${ENGINE_SECONDS} ] || docker_left=${ENGINE_SECONDS}
  timeout -k 1 "$docker_left" docker "$@"
  set -- "$?" "$1"
  case $1-$2 in
    *-exec) ;;
    124-* | 137-*) echo hung=yes >&8 ;;
  esac
  return "$1"
}
`;

/** True where a script that begins so met an engine that did not answer in time. */
export function saysHung(output: string): boolean {
  return /^hung=yes$/m.test(output);
}

/** The engine is there, and takes longer than it may. */
export function engineSilent(host: string, seconds: number = ENGINE_SECONDS): UserError {
  return new UserError("engine_silent", `the engine of ${host} does not answer (${seconds} s)`, {
    hint: "`docker ps` there hangs too; `systemctl restart docker` may help, and `journalctl -u docker` tells why",
  });
}
