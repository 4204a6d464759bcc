import { type Connection, run, shellScript } from "../../connection/connection.ts";
import type { Apt, AptContext } from "./apt.ts";

// A step before may have repaired what is broken by then, so each simulation does that too. What is left behind by an operator who is gone is removed by the host itself. The hooks of an update tell programs of the
// host about new lists, and there are none.
const BEGIN = `
set -e
folder=$(mktemp -d /var/tmp/longshore-apt.XXXXXX)
chmod 0755 "$folder"
setsid sh -c 'sleep 1800; rm -rf "$0"' "$folder" </dev/null >/dev/null 2>&1 &
pid=$!
trap 'kill -- -"$pid" 2>/dev/null; rm -rf "$folder"' EXIT
echo "$pid" > "$folder/pid"
cp -a /etc/apt "$folder/etc"
mkdir -p "$folder/etc/apt.conf.d" "$folder/etc/sources.list.d" "$folder/etc/preferences.d" "$folder/etc/keyrings" \\
  "$folder/lists/partial" "$folder/cache/archives/partial"
# apt replaces lists and never writes into one: links to those that are here save most of the download.
cp -al /var/lib/apt/lists/. "$folder/lists/" 2>/dev/null || true
chown _apt "$folder/lists/partial" 2>/dev/null || true
cat > "$folder/etc/apt.conf.d/zzzz-longshore" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
cat > "$folder/apt.conf" <<END
Dir::Etc "$folder/etc";
Dir::State::lists "$folder/lists";
Dir::Cache "$folder/cache";
Debug::NoLocking "true";
APT::Get::Fix-Broken "true";
END
echo "$folder"
trap - EXIT
`;

const END = `
pid=$(cat "$1/pid" 2>/dev/null) && kill -- -"$pid" 2>/dev/null
rm -rf "$1"
`;

/**
 * Works with an apt that has copies of the host's sources, settings and lists: these can be changed and refreshed, and
 * everything is forgotten in the end. What is installed is the host's own, so that a simulation is true.
 */
export async function withRehearsal<T>(context: AptContext, work: (apt: Apt) => Promise<T>): Promise<T> {
  const { connection } = context;
  const { stdout } = await run(connection, shellScript(BEGIN), {
    become: true,
    title: "copying apt's settings, to ask it without a change",
  });
  const folder = stdout.trim();
  try {
    const named = { ...context, connection: namingOriginals(connection, folder) };
    return await work({ context: named, etc: `${folder}/etc`, config: `${folder}/apt.conf` });
  } finally {
    await connection.exec(shellScript(END, folder), { become: true });
  }
}

/** A connection on which apt's words name the host's own files in place of their copies, which are gone when they are read. */
function namingOriginals(connection: Connection, folder: string): Connection {
  const originals = [
    [`${folder}/etc`, "/etc/apt"],
    [`${folder}/lists`, "/var/lib/apt/lists"],
    [`${folder}/cache`, "/var/cache/apt"],
  ] as const;
  const rename = (text: string) =>
    originals.reduce((words, [copy, original]) => words.replaceAll(copy, original), text);
  return {
    host: connection.host,
    exec: async (argv, options = {}) => {
      const { onLine } = options;
      const { code, stdout, stderr } = await connection.exec(argv, {
        ...options,
        onLine: onLine === undefined ? undefined : (line) => onLine(rename(line)),
      });
      return { code, stdout: rename(stdout), stderr: rename(stderr) };
    },
    openSocket: (path) => connection.openSocket(path),
    openPort: (address, port) => connection.openPort(address, port),
    openProcess: (argv, options) => connection.openProcess(argv, options),
    close: () => connection.close(),
  };
}
