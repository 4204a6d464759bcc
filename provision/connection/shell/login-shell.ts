import { UnreachableError } from "../connection.ts";
import { findHint, quoteWords } from "../host-words.ts";

// Words of OpenSSH, Linux-PAM and shadow that name the cause.
const HINTS = [
  [
    /password.{0,20}(?:has )?expired|password change required|change your password|must change/i,
    "the user's password has expired: `ssh -t` to the host changes it, or as root there: passwd, or chage -M -1 USER",
  ],
  [
    /account (?:is|has) (?:been )?(?:expired|locked|disabled)|your account has expired/i,
    "the user's account has expired or is locked: as root there, chage -E -1 USER or usermod -U USER",
  ],
  [
    /account is (?:currently )?not available|not permitted to log in|interactive logins? (?:is|are) (?:disabled|not)/i,
    "the user's login shell lets nobody in: as root there, usermod -s /bin/sh USER",
  ],
] as const;

const OTHERWISE =
  "`ssh` to the host with the command `true` shows the same. Between the login and the command stand a ForceCommand of its sshd_config, a command= of its authorized_keys, the user's login shell, and an `exit` or `exec` in ~/.bashrc";

/** The login has succeeded, and what runs then is something else than our command. @param words what it printed */
export function shellEnded(host: string, code: number, words: string): UnreachableError {
  const said = words.trim() === "" ? "and said nothing" : "The host said";
  const message = `cannot run a command on ${host}: the login shell ended with code ${code} without running it`;
  return new UnreachableError(
    "login_shell",
    words.trim() === "" ? `${message}, ${said}` : `${message}. ${said}${quoteWords(words)}`,
    { hint: findHint(words, HINTS) ?? OTHERWISE },
  );
}

/** The login has succeeded, and nothing has come of our command for so many seconds. */
export function shellSilent(host: string, seconds: number, words: string): UnreachableError {
  const message = `cannot run a command on ${host}: the login shell has not begun it within ${seconds} s`;
  return new UnreachableError(
    "login_shell",
    words.trim() === "" ? message : `${message}. The host said${quoteWords(words)}`,
    { hint: findHint(words, HINTS) ?? OTHERWISE },
  );
}
