import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { run, shellScript } from "../../../../provision/connection/connection.ts";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { parseStatus } from "../../../../provision/status/host-status.ts";
import { STATUS_SCRIPT } from "../../../../provision/status/script.ts";
import type { InstanceStatus, SupervisorStatus } from "../../../../supervisor/protocol/status.ts";
import { inspected, makeTask, supervisor } from "../engine/example-container.ts";
import { makeFolder } from "../image/folder.ts";

const here = openLocalConnection("here", { needed: false });

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Machine {
  /** containers and what the engine says of each */
  containers?: Record<string, unknown>;
  /** what the supervisor of a container answers; none where it does not */
  tasks?: Record<string, SupervisorStatus | InstanceStatus[]>;
  /** the command line of a container's PID 1: file `pid-ID` */
  pidOne?: Record<string, string>;
  /** what `docker` is here */
  docker?: string;
}

// `docker exec` runs the command here; longshorectl answers for the container.
const DOCKER = `#!/bin/sh
echo "$*" | head -n 1 >> "$MACHINE/asked"
case $1 in
  ps) cat "$MACHINE/ids" ;;
  inspect) shift 5; for id; do printf '%s 0 running =%s ' "$id" "$(cat "$MACHINE/service-$id")"; cat "$MACHINE/inspect-$id"; echo; done ;;
  exec) CONTAINER=$2; export CONTAINER; shift 2; if [ "$1" = cat ]; then cat "$MACHINE/pid-$CONTAINER"; else exec "$@"; fi ;;
esac
`;

/** Runs the status script where programs and releases are these. */
async function read({ containers = {}, tasks = {}, pidOne = {}, docker = DOCKER }: Machine, stack = "") {
  const text = (prefix: string, values: Record<string, unknown>) =>
    Object.entries(values).map(([name, value]) => [`${prefix}-${name}`, JSON.stringify(value)]);
  using folder = makeFolder({
    ...Object.fromEntries([...text("inspect", containers), ...text("tasks", tasks)]),
    ...Object.fromEntries(Object.keys(containers).map((id) => [`service-${id}`, "x"])),
    ...Object.fromEntries(Object.keys(tasks).map((id) => [`pid-${id}`, "node\0/opt/longshored\0"])),
    ...pidOne,
    ids: Object.keys(containers)
      .map((id) => `${id}\n`)
      .join(""),
    asked: "",
    "bin/docker": { mode: 0o755, text: docker },
    "bin/curl": { mode: 0o755, text: "#!/bin/sh\nexit 7\n" },
    "bin/longshorectl": {
      mode: 0o755,
      text: '#!/bin/sh\n[ "$*" = "status --json" ] && cat "$MACHINE/tasks-$CONTAINER"\n',
    },
    "opt/site/releases/abc/compose.yaml": "",
    "opt/site/current": { linkTo: "releases/abc" },
    "opt/blog/config/tasks.yaml": "",
  });
  vi.stubEnv("PATH", `${join(folder.path, "bin")}:${process.env.PATH}`);
  vi.stubEnv("MACHINE", folder.path);
  const script = STATUS_SCRIPT.replaceAll("/opt/longshore", join(folder.path, "opt"));
  const { stdout } = await run(here, shellScript(script, stack));
  return { asked: readFileSync(join(folder.path, "asked"), "utf8"), status: parseStatus("here", stdout) };
}

test("every container with the engine's view and its supervisor's", async () => {
  const { status } = await read({
    containers: {
      one: inspected({ id: "one" }),
      two: inspected({ id: "two", service: "app" }),
      three: inspected({ id: "three", service: "db" }),
    },
    pidOne: { "pid-three": "mariadbd\0--user=mysql\0" },
    tasks: { one: supervisor([makeTask("it's ünïcode")]), two: [makeTask("of longshorectl")] },
  });
  expect(status.containers).toMatchObject([
    { service: "web", release: "abc", supervisor: true, tasks: [{ name: "it's ünïcode" }] },
    { service: "app", release: "abc", tasks: [{ name: "of longshorectl" }] },
    { service: "db", release: "abc", supervisor: false, tasks: null },
  ]);
});

test.each([
  ["", "label=longshore.stack"],
  ["site", "label=longshore.stack=site"],
])("the containers of stack %j are asked for by their label", async (stack, filter) => {
  const { asked, status } = await read({}, stack);
  expect(asked).toBe(`ps -aq --no-trunc --filter ${filter}\n`);
  // A release is there, and nothing of it runs.
  expect(status).toMatchObject({ status: "degraded", problems: ["site/* has no container"] });
});

test("a container that goes away in between is passed over", async () => {
  const docker = DOCKER.replace("inspect-$id", "gone");
  const { status } = await read({ containers: { one: inspected() }, docker });
  expect(status.containers).toEqual([]);
});

test("an engine that does not answer is a failure", async () => {
  const { status } = await read({
    docker: '#!/bin/sh\necho "Cannot connect to the Docker daemon" >&2\nexit 1\n',
  });
  expect(status).toMatchObject({ status: "failed", error: { code: "docker_missing" } });
});
