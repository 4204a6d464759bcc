import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { UserError } from "../../supervisor/config/user-error.ts";

interface ServiceState {
  id: string;
  service: string;
  state: "good" | "waiting" | "bad";
  words: string;
}

/**
 * Waits until every service of a stack is healthy, or just runs where it declares no healthcheck. Listens to the
 * engine's events; nothing is polled.
 *
 * @throws UserError `unhealthy` with the container's last log lines, at once when it is clear that it will not come up
 */
export async function waitHealthy(
  docker: Docker,
  stack: string,
  services: string[],
  timeoutSeconds: number,
  progress: (line: string) => void,
): Promise<void> {
  const label = `com.docker.compose.project=${stack}`;
  const events = (await docker.getEvents({ filters: { type: ["container"], label: [label] } })) as Readable;
  const deadline = Date.now() + timeoutSeconds * 1000;
  try {
    for (;;) {
      const happened = nextEvent(events, deadline - Date.now());
      const states = await inspectServices(docker, label, services);
      const bad = states.find(({ state }) => state === "bad");
      if (bad !== undefined) throw await unhealthy(docker, bad, bad.words);
      const waiting = states.find(({ state }) => state === "waiting");
      if (waiting === undefined) return;
      progress(`waiting for ${waiting.service}: ${waiting.words}`);
      if (!(await happened))
        throw await unhealthy(docker, waiting, `${waiting.words} after ${timeoutSeconds} s`);
    }
  } finally {
    events.destroy();
  }
}

/** Resolves to false where nothing happened in time. */
function nextEvent(events: Readable, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (value: boolean) => {
      clearTimeout(timer);
      events.off("data", onData).off("close", onClose);
      resolve(value);
    };
    const onData = () => settle(true);
    const onClose = () => settle(false);
    const timer = setTimeout(() => settle(false), Math.max(0, milliseconds));
    events.on("data", onData).on("close", onClose);
  });
}

async function inspectServices(docker: Docker, label: string, services: string[]): Promise<ServiceState[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: [label] } });
  return Promise.all(
    services.map(async (service): Promise<ServiceState> => {
      const found = containers.find(({ Labels }) => Labels["com.docker.compose.service"] === service);
      if (found === undefined) return { id: "", service, state: "waiting", words: "no container yet" };
      return { id: found.Id, service, ...judge(await docker.getContainer(found.Id).inspect()) };
    }),
  );
}

function judge(container: Docker.ContainerInspectInfo): Pick<ServiceState, "state" | "words"> {
  const { State: state, RestartCount: restarts, HostConfig } = container;
  const health = state.Health?.Status;
  const runsOnce = ["", "no"].includes(HostConfig.RestartPolicy?.Name ?? "");
  if (state.Status === "exited" && state.ExitCode === 0 && runsOnce) return { state: "good", words: "done" };
  if (state.Status === "exited" || state.Status === "dead")
    return { state: "bad", words: `ended with code ${state.ExitCode}` };
  if (state.Restarting || restarts >= 2)
    return { state: "bad", words: `ends again and again (code ${state.ExitCode})` };
  if (!state.Running) return { state: "waiting", words: state.Status };
  if (health === undefined || health === "none" || health === "healthy")
    return { state: "good", words: "running" };
  return health === "unhealthy"
    ? { state: "bad", words: "is unhealthy" }
    : { state: "waiting", words: "starting" };
}

async function unhealthy(docker: Docker, { id, service }: ServiceState, words: string): Promise<UserError> {
  const lines = id === "" ? [] : await lastLogLines(docker, id);
  const text = lines.map((line) => `\n    ${line}`).join("");
  return new UserError("unhealthy", `service ${service}: ${words}${text}`);
}

async function lastLogLines(docker: Docker, id: string): Promise<string[]> {
  const framed = await docker.getContainer(id).logs({ stdout: true, stderr: true, tail: 15, follow: false });
  return unframe(framed)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-15);
}

/** Without a terminal, the engine puts 8 bytes before each piece: stream, three zeros, length (Engine API, "Stream format"). */
function unframe(framed: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= framed.length; ) {
    const length = framed.readUInt32BE(at + 4);
    pieces.push(framed.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8");
}
