import type { Duplex } from "node:stream";
import { UserError } from "../../shared/user-error.ts";
import { type Connection, shellScript } from "../connection/connection.ts";
import { BASE_FOLDER } from "../host/base-folder.ts";

// Whoever can open a file can hold a lock on it (flock(2) asks for no right to write): nobody else may come to it, nor put
// another one in its place.
const HOLD = `
base=${BASE_FOLDER} folder=${BASE_FOLDER}/.locks
umask 022
mkdir -p "$base"
is_ours() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && [ -z "$(find "$1" -prune -perm /022)" ]; }
is_ours "$base" || { echo "foreign $base"; exit; }
mkdir -p -m 0700 "$folder"
is_ours "$folder" || { echo "foreign $folder"; exit; }
chmod 0700 "$folder"
umask 077
exec 9>"$folder/$1"
# A lock on a file that a removal took away meanwhile keeps nobody out.
if flock -n 9 && [ "$folder/$1" -ef /proc/self/fd/9 ]; then echo locked; cat >/dev/null; else echo busy; fi
`;

/**
 * Takes the lock of a stack on a host: one deploy or removal at a time. It lives as long as the connection, and goes when that does,
 * whatever ends it.
 *
 * @throws UserError `deploy_locked` at once where somebody has it, `deploy_lock` where it cannot be taken at all
 */
export async function takeDeployLock(connection: Connection, stack: string): Promise<void> {
  const holder = await connection.openProcess(shellScript(HOLD, stack), { become: true });
  const answer = await readAnswer(holder, connection.host);
  if (answer.startsWith("locked")) return;
  if (answer.startsWith("busy")) {
    throw new UserError(
      "deploy_locked",
      `another deploy or down of ${stack} is under way on ${connection.host}`,
      {
        hint: "wait until it has ended, then try again",
      },
    );
  }
  const foreign = /^foreign (.*)/.exec(answer)?.[1];
  throw new UserError("deploy_lock", `cannot take the lock of ${stack} on ${connection.host}`, {
    hint:
      foreign === undefined
        ? `root must be able to write to ${BASE_FOLDER} there`
        : `${foreign} must be a folder of root's in which nobody else can write: chown root:root ${foreign} && chmod go-w ${foreign}`,
  });
}

/** Seconds for a lock that is taken or refused at once. */
const ANSWER_SECONDS = 30;

/** The first that the process says; empty where it ends without a word. @throws UserError `host_silent` */
function readAnswer(holder: Duplex, host: string): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `${host} does not answer: taking the lock took over ${ANSWER_SECONDS} s`;
      reject(new UserError("host_silent", message));
      holder.destroy();
    }, ANSWER_SECONDS * 1000);
    const settle = (answer: string) => {
      clearTimeout(timer);
      resolve(answer);
    };
    holder.once("data", (chunk: Buffer) => settle(chunk.toString("utf8")));
    holder.once("end", () => settle(""));
    holder.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
