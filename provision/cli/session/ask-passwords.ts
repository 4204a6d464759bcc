import { UserError } from "../../../shared/user-error.ts";
import type { Questions } from "../../connection/questions.ts";

export interface Passwords {
  /** for the login */
  password?: string;
  /** for sudo */
  becomePassword?: string;
}

/**
 * Asks for the passwords that the options name, before anything else happens. An empty answer to the second means: the same.
 *
 * @throws UserError `no_terminal` where nobody can be asked
 */
export async function askPasswords(
  { askPass, askBecomePass }: { askPass: boolean; askBecomePass: boolean },
  questions: Questions,
): Promise<Passwords> {
  if (!askPass && !askBecomePass) return {};
  if (!questions.isAnswerable) {
    throw new UserError("no_terminal", "cannot ask for a password: this is no terminal", {
      hint: "ansible_password and ansible_become_password in the inventory (a file that only you can read) do without one",
    });
  }
  const password = askPass ? await questions.askOnce("password of the login user: ") : undefined;
  if (!askBecomePass) return { password };
  const same = askPass ? " (empty: the same)" : "";
  const becomePassword = await questions.askOnce(`password for sudo${same}: `);
  return { password, becomePassword: becomePassword || password };
}
