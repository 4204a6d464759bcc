import { shellScript } from "../../connection/connection.ts";

/** What a line of the script below begins with when people should read it. */
export const WAITING = "waiting for ";

/** Seconds that another apt may take. */
const LOCK_TIMEOUT = 900;

/**
 * Runs a program of apt's or dpkg's ("$@"), when nobody else holds one of their locks, and again where it failed because
 * somebody took one in between. The locks are the kernel's (fcntl), so its own list says who has them: fuser and lsof are
 * not on a minimal host. apt's own waiting does not cover the lists' lock, and does not say who is waited for. Whether a
 * lock was what failed is in apt's words only: its code is 100 for everything, and the lock may be free again by now.
 */
const SCRIPT = `
timeout=$1; shift
holder() {
  for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
    [ -e "$lock" ] || continue
    pid=$(awk -v inode=":$(stat -c %i "$lock")$" '$2 == "POSIX" && $4 == "WRITE" && $6 ~ inode { print $5; exit }' /proc/locks)
    [ -n "$pid" ] || continue
    echo "$(cat "/proc/$pid/comm" 2>/dev/null || echo apt) (process $pid)"
    return
  done
}
waited=0 said=
wait_for_lock() {
  while who=$(holder) && [ -n "$who" ]; do
    [ "$waited" -lt "$timeout" ] || { echo "$who has held apt's lock for $timeout s" >&2; exit 100; }
    [ "$who" = "$said" ] || echo "${WAITING}$who, which holds apt's lock"
    said=$who waited=$((waited + 1))
    sleep 1
  done
}
exec 3>&1
while wait_for_lock; do
  if errors=$("$@" 2>&1 >&3 3>&-); then code=0; else code=$?; fi
  case $code:$errors in
    0:*) ;;
    *"Could not get lock"* | *"lock was locked by another process"*)
      waited=$((waited + 1))
      sleep 1
      [ "$waited" -ge "$timeout" ] || continue
      ;;
  esac
  [ -z "$errors" ] || printf '%s\\n' "$errors" >&2
  exit $code
done
`;

/** The script above, for a program and its arguments. */
export const whenAptIsFree = (argv: readonly string[]) => shellScript(SCRIPT, String(LOCK_TIMEOUT), ...argv);
