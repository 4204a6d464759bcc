import { UserError } from "../../../shared/user-error.ts";
import type { Become } from "../become.ts";
import { quoteWords } from "../host-words.ts";

/**
 * Root cannot be had on the host. Codes: `sudo_password` (one is needed), `sudo_refused` (the given one is wrong, or the user
 * may not use sudo), `sudo_tty` (it runs at a terminal only), `sudo_missing`, `sudo_silent`, `become_forbidden`.
 */
export class BecomeError extends UserError {}

/** @throws BecomeError `become_forbidden` where the inventory says that nothing may become root */
export function checkBecome(host: string, become: Become, wanted: boolean | undefined): void {
  if (wanted !== true || !become.needed || become.forbidden !== true) return;
  throw new BecomeError("become_forbidden", `cannot become root on ${host}: its ansible_become is false`, {
    hint: "remove the variable, or log in as root with ansible_user=root",
  });
}

export function sudoMissing(host: string): BecomeError {
  return new BecomeError("sudo_missing", `cannot become root on ${host}: sudo is not installed there`, {
    hint: "log in as root (ansible_user=root), or install sudo",
  });
}

export function sudoSilent(host: string, seconds: number, words: string): BecomeError {
  const message = `cannot become root on ${host}: sudo has not answered within ${seconds} s${quoteWords(words)}`;
  return new BecomeError("sudo_silent", message, {
    hint: "`sudo -n true` there shows the same; it waits for a name server or a directory (LDAP, AD) that does not answer, or for a second factor",
  });
}

/**
 * Why sudo has not run a command.
 *
 * @param words what it said
 * @param asked how often it asked for the password: the given one answered the first time only
 */
export function explainSudo(host: string, become: Become, words: string, asked: number): BecomeError {
  const [code, what, hint] = describe(become, words, asked);
  return new BecomeError(code, `cannot become root on ${host}: ${what}${quoteWords(words)}`, { hint });
}

type Description = [code: string, what: string, hint: string];

// Messages of sudo and sudo-rs, which they give in English here. They choose the hint; the words are shown whatever they are.
const WANTS_TERMINAL = /must have a tty|no tty present and no askpass|a terminal is required to (?!read)/i;
const NOT_ALLOWED = /not in the sudoers|is not allowed to (?:execute|run)|may not run sudo/i;
const WANTS_PASSWORD = /password is required|interactive authentication is required/i;

function describe({ password }: Become, words: string, asked: number): Description {
  if (WANTS_TERMINAL.test(words))
    return [
      "sudo_tty",
      "sudo runs at a terminal only (requiretty)",
      "let it run without one: a line `Defaults:USER !requiretty` in a file of /etc/sudoers.d there (visudo -f)",
    ];
  if (NOT_ALLOWED.test(words))
    return [
      "sudo_refused",
      "sudo does not let this user run commands as root",
      "a line `USER ALL=(ALL) NOPASSWD: ALL` in a file of /etc/sudoers.d there allows it; `sudo -l` shows what is allowed",
    ];
  if (password === undefined && WANTS_PASSWORD.test(words))
    return [
      "sudo_password",
      "sudo wants a password",
      "--ask-become-pass (-K) asks for it once; ansible_become_password sets it; or allow the user sudo without one (NOPASSWD)",
    ];
  if (asked > 0)
    return [
      "sudo_refused",
      "sudo does not accept the password",
      "is it the login user's, and may this user use sudo? `sudo -l` there tells. It was tried once; a second factor cannot be given here",
    ];
  return ["sudo_refused", "sudo has not run the command", "`sudo -n true` there shows the same"];
}
