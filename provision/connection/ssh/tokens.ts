import { homedir } from "node:os";
import { UserError } from "../../../shared/user-error.ts";

/** What the TOKENS of ssh_config(5) stand for. */
export interface TokenValues {
  /** %h: the name that is dialled */
  hostName: string;
  /** %n: the name as the user wrote it */
  originalHost: string;
  port: number | string;
  /** %r: the user at the host */
  user: string;
  /** %u: the user here */
  localUser: string;
}

/** Expands `~/`, `%` tokens and `${VARIABLES}` in a path. */
export function expandPath(path: string, values: TokenValues): string {
  return expand(path.replace(/^~(?=\/|$)/, homedir()), values).replace(
    /\$\{(\w+)\}/g,
    (_, name: string) => process.env[name] ?? "",
  );
}

/**
 * Expands `%` tokens in a command for the shell. The command is the operator's own; what comes into it is not.
 *
 * @throws UserError `ssh_token` for a name in which a shell would see more than a name (CVE-2023-51385)
 */
export function expandCommand(command: string, values: TokenValues): string {
  return expand(command, values, (token, value) => {
    if (/^[\p{L}\p{N}._:@/+%[\]-]*$/u.test(value) && !value.startsWith("-")) return value;
    throw new UserError(
      "ssh_token",
      `cannot put ${JSON.stringify(value)} for ${token} into the command ${command}`,
      {
        hint: "a shell would read more than a name in it: rename the host, or set ansible_host to its address",
      },
    );
  });
}

function expand(
  text: string,
  { hostName, originalHost, port, user, localUser }: TokenValues,
  check: (token: string, value: string) => string = (_, value) => value,
): string {
  const tokens: Record<string, string> = {
    "%%": "%",
    "%d": homedir(),
    "%h": hostName,
    "%n": originalHost,
    "%p": String(port),
    "%r": user,
    "%u": localUser,
  };
  return text.replace(/%[%dhnpru]/g, (token) =>
    token === "%%" ? "%" : check(token, tokens[token] ?? token),
  );
}
