import { UserError } from "../../../shared/user-error.ts";
import { splitWords, UnfinishedQuoteError } from "../../inventory/python/shlex.ts";
import { quoteWord } from "./config-lines.ts";

/** ssh's command-line arguments, as in ansible_ssh_common_args. */
export interface SshArguments {
  /** the options among them as text of ssh_config(5) */
  config: string;
  /** `-F`: instead of the user's and the system's file */
  configFile: string | undefined;
}

const KEYWORDS: Record<string, string> = {
  "-i": "IdentityFile",
  "-J": "ProxyJump",
  "-l": "User",
  "-p": "Port",
  "-b": "BindAddress",
};
const FLAGS: Record<string, string> = { "-4": "AddressFamily inet", "-6": "AddressFamily inet6" };

/**
 * Reads `-o Key=Value`, `-J`, `-i`, `-l`, `-p`, `-b`, `-F`, `-4` and `-6`; what else ssh knows is passed over.
 *
 * @throws UserError `inventory_variable` for a quote that is not closed
 */
export function readSshArguments(text: string): SshArguments {
  const words = split(text);
  const lines: string[] = [];
  let configFile: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const flag = word.slice(0, 2);
    const keyword = KEYWORDS[flag];
    const value = () => word.slice(2) || (words[++i] ?? "");
    if (FLAGS[word] !== undefined) lines.push(FLAGS[word]);
    else if (flag === "-o") lines.push(value());
    else if (flag === "-F") configFile = value();
    else if (keyword !== undefined) lines.push(`${keyword} ${quoteWord(value())}`);
  }
  return { config: lines.join("\n"), configFile };
}

function split(text: string): string[] {
  try {
    return splitWords(text).map((word) => word.text);
  } catch (error) {
    if (!(error instanceof UnfinishedQuoteError)) throw error;
    throw new UserError("inventory_variable", `cannot read the ssh arguments ${text}: ${error.message}`, {
      hint: "ansible_ssh_common_args and ansible_ssh_extra_args are words as a shell would split them",
    });
  }
}
