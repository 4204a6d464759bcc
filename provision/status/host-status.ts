import * as z from "zod";
import { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { parseWanted, type WantedServices } from "../engine/compose/wanted.ts";
import type { ContainerFacts } from "../engine/container.ts";
import { judgeContainer } from "../engine/judge-container.ts";
import { describeFinding, type Finding, judgeStack } from "../engine/judge-stack.ts";
import { type EngineView, parseLook } from "../engine/look.ts";
import { isLongshored } from "../engine/pid-one.ts";
import { HostError } from "../fleet/host-error.ts";

/** A container as `status` reports it. */
export const ContainerStatus = z.object({
  stack: z.string(),
  service: z.string().describe("of compose.yaml"),
  release: z
    .string()
    .nullable()
    .describe("the stack's current release on the host; null before the first deploy ended well"),
  image: z.string(),
  state: z.string().describe("the engine's word, or `completed`: ended with code 0 and need not run again"),
  health: z.string().describe("`none`, `starting`, `healthy`, `unhealthy`"),
  exit_code: z.number().nullable().describe("of its first process; null while it runs"),
  started_at: z.string(),
  restarts: z.number(),
  supervisor: z.boolean().describe("its PID 1 is longshored"),
  tasks: z
    .array(InstanceStatus)
    .nullable()
    .describe("null where its supervisor does not answer, or it has none"),
});
export type ContainerStatus = z.infer<typeof ContainerStatus>;

/** One host of `longshore status --json`. */
export const HostStatus = z.object({
  host: z.string().describe("its name in the inventory"),
  status: z
    .enum(["ok", "starting", "degraded", "empty", "failed", "unreachable"])
    .describe(
      "`degraded`: something is not as it should be. `starting`: nothing is wrong, and something has not shown yet that it is good. `empty`: nothing is deployed. `failed`: the host cannot tell",
    ),
  problems: z
    .array(z.string())
    .describe("a sentence for each thing that is not good: `site/web: nginx was stopped by hand`"),
  containers: z.array(ContainerStatus),
  error: HostError.optional(),
});
export type HostStatus = z.infer<typeof HostStatus>;

function noEngine(words: string | undefined) {
  return {
    code: "docker_missing",
    message: `Docker Engine is installed and does not answer${words === undefined ? "" : `: ${words}`}`,
    hint: "run provision: it starts the engine",
  };
}

/** Reads what the status script printed. Pure. */
export function parseStatus(host: string, output: string): HostStatus {
  const view = parseLook(output);
  if (view.noEngine)
    return { host, status: "failed", problems: [], containers: [], error: noEngine(view.engineWords) };
  const releases = new Map(readPairs(output, "release"));
  const wanted = new Map(
    readPairs(output, "wanted").map(([stack, json]) => [
      stack,
      parseWanted(Buffer.from(json, "base64").toString("utf8")),
    ]),
  );
  const stacks = new Set([...releases.keys(), ...view.containers.map(({ stack }) => stack)]);
  const findings = [...stacks].flatMap((stack) =>
    judge(stack, wanted.get(stack), view).map((finding) => ({ stack, finding })),
  );
  return {
    host,
    status: stacks.size === 0 ? "empty" : summarize(findings.map(({ finding }) => finding)),
    problems: findings.map(({ stack, finding }) => `${stack}/${describeFinding(finding)}`),
    containers: view.containers.map((container) =>
      describeContainer(container, releases.get(container.stack), view.now),
    ),
  };
}

/** Pairs out of lines `key=NAME VALUE`. */
function readPairs(output: string, key: string): [string, string][] {
  return output
    .split("\n")
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1).split(" "))
    .map(([name = "", value = ""]) => [name, value]);
}

function judge(stack: string, wanted: WantedServices | undefined, view: EngineView): Finding[] {
  const containers = view.containers.filter((container) => container.stack === stack);
  const findings = judgeStack(wanted, { ...view, containers });
  // A release of before it told what it wants: that nothing of it is there can be seen all the same.
  if (wanted !== undefined || containers.length > 0) return findings;
  return [{ kind: "service", service: "*", verdict: "bad", words: "has no container", isFinal: true }];
}

function summarize(findings: readonly Finding[]): HostStatus["status"] {
  if (findings.some(({ verdict }) => verdict === "bad")) return "degraded";
  return findings.length > 0 ? "starting" : "ok";
}

function describeContainer(
  container: ContainerFacts,
  release: string | undefined,
  now: Date,
): ContainerStatus {
  const { stack, service, image, state, health, exitCode, startedAt, restarts, pidOne, tasks } = container;
  const isDone = state === "exited" && judgeContainer(container, now).verdict === "good";
  return {
    stack,
    service,
    release: release ?? null,
    image,
    state: isDone ? "completed" : state,
    health,
    exit_code: state === "exited" || state === "dead" ? exitCode : null,
    started_at: startedAt,
    restarts,
    supervisor: isLongshored(pidOne),
    tasks: tasks ?? null,
  };
}
