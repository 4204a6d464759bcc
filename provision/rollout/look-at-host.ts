import { type Connection, run, shellScript } from "../connection/connection.ts";
import { LABELS } from "../engine/compose/labels.ts";
import type { Finding } from "../engine/judge-stack.ts";
import { type EngineView, LOOK_SCRIPT, parseLook } from "../engine/look.ts";

/** Looks at a stack's containers and tasks, in one round trip. @throws CommandError */
export async function lookAtStack(
  connection: Connection,
  stack: string,
  supervisor: string | undefined,
): Promise<EngineView> {
  const script = shellScript(LOOK_SCRIPT, `label=${LABELS.project}=${stack}`, supervisor ?? "");
  const { stdout } = await run(connection, script, { become: true, title: "looking at the containers" });
  return parseLook(stdout);
}

// Both answer with a JSON object a line.
const TASK_LOG = `
docker exec "$1" sh -c '
  socket=$LONGSHORE_SOCKET
  [ -n "$socket" ] || socket=/run/longshore/control.sock
  curl -fsS --max-time 5 --unix-socket "$socket" "http://localhost/v1/logs?lines=$2&name=$1" 2>/dev/null ||
    longshorectl logs --json --lines "$2" "$1"
' longshore "$2" "$3" </dev/null 2>/dev/null
`;

const CONTAINER_LOG = `docker logs --tail "$2" "$1" 2>&1 </dev/null`;

/** The last lines that a task or a container wrote; none where that cannot be told. */
export async function readLastLines(
  connection: Connection,
  { container, task }: Finding,
  count: number,
): Promise<string[]> {
  // What somebody stopped has nothing to say about it.
  if (container === undefined || task?.off === "by_hand") return [];
  const argv =
    task === undefined
      ? shellScript(CONTAINER_LOG, container.id, String(count))
      : shellScript(TASK_LOG, container.id, encodeURIComponent(task.name), String(count));
  const { code, stdout } = await connection.exec(argv, { become: true });
  if (code !== 0) return [];
  const lines = stdout.split("\n").filter((line) => line.trim() !== "");
  return (task === undefined ? lines : lines.map(readRecord)).slice(-count);
}

/** The text of a line of `GET /v1/logs`. */
function readRecord(json: string): string {
  try {
    return String((JSON.parse(json) as { line?: unknown }).line ?? "");
  } catch {
    return json;
  }
}
