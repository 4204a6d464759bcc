import { terminate } from "../../config/task/byte-text.ts";
import { asidePrefix, readOwnVariables } from "./inherited.ts";

/**
 * Node's own variables, but for those that say something to programs alone. libuv's and OpenSSL's change a Node program
 * as well.
 */
const changesNode = /^(NODE_(?!ENV$|VERSION$)|UV_|OPENSSL_CONF$)/;

const F_SETFD = 2;

/**
 * Starts this program once more, in the same process, where a variable is set that changes Node: such variables are for
 * the tasks. They are set aside under another name. Does nothing where none is set.
 * @param report is told why that could not be done; the program then goes on as it is
 */
export async function startClean(report: (message: string) => void): Promise<void> {
  // A look at the names of process.env is cheap, and tells most of them.
  const isSet = Object.keys(process.env).some((name) => changesNode.test(name));
  if (!isSet) return;
  const variables = Object.entries(readOwnVariables());
  const names = variables.flatMap(([name]) => (changesNode.test(name) ? [name] : []));
  if (names.length === 0) return;
  const lines = variables.map(
    ([name, value]) => `${changesNode.test(name) ? asidePrefix : ""}${name}=${value}`,
  );
  const argv = [process.argv0, ...process.execArgv, ...process.argv.slice(1)];
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const execve = libc.func("int execve(str path, const void **argv, const void **environment)");
    const fcntl = libc.func("int fcntl(int fd, int command, int argument)");
    // Node closes them on exec, for its own children get others.
    for (const fd of [0, 1, 2]) fcntl(fd, F_SETFD, 0);
    execve(process.execPath, [...argv.map(terminate), null], [...lines.map(terminate), null]);
    throw new Error(`execve: errno ${koffi.errno()}`);
  } catch (error) {
    report(
      `cannot set ${names.join(", ")} aside, so this program heeds them too: ${(error as Error).message}`,
    );
  }
}
