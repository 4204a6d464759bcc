import { type Connection, run, shellScript } from "../../connection/connection.ts";
import { ComposeModel } from "../../engine/compose/compose-model.ts";
import type { Listener } from "../../engine/listeners.ts";
import { BASE_FOLDER } from "../../host/base-folder.ts";
import { portsOf } from "./port-conflicts.ts";

// What Compose makes of every other deployed stack: a line with its name, and the model in base64. What Compose cannot read
// claims nothing.
const READ = `
own=$1
for current in ${BASE_FOLDER}/*/current; do
  [ -e "$current/compose.yaml" ] || continue
  root=\${current%/current}
  stack=\${root##*/}
  [ "$stack" != "$own" ] || continue
  overlay=$current/compose.longshore.yaml
  model=$(timeout -k 1 20 docker compose --project-name "$stack" --project-directory "$root" --env-file "$current/.env" \\
    --file "$current/compose.yaml" --file "$overlay" config --format json 2>/dev/null) || continue
  echo "$stack $(printf %s "$model" | base64 -w 0)"
done
exit 0
`;

/**
 * The ports of the other stacks that are deployed on a host, whether or not they run now: one that is down has no listener,
 * and wants its ports back when it comes up.
 */
export async function readClaims(
  connection: Connection,
  stack: string,
  listeners: readonly Listener[],
): Promise<Listener[]> {
  const { stdout } = await run(connection, shellScript(READ, stack), {
    become: true,
    isConfidential: true,
    limitSeconds: 120,
    title: "looking which ports the other stacks have",
  });
  return selectClaims(parseClaims(stdout), listeners);
}

interface Claim extends Listener {
  isEndpoint: boolean;
}

/**
 * The claims that count beside what listens now: a port that a program of the host has is served by that, as by a proxy before
 * several stacks; and where a stack runs, it is seen on which ports it listens. Pure.
 */
export function selectClaims(claims: readonly Claim[], listeners: readonly Listener[]): Listener[] {
  return claims.filter(
    ({ stack, protocol, port, isEndpoint }) =>
      !listeners.some(
        (each) =>
          (each.stack === undefined && each.port === port && each.protocol === protocol) ||
          (isEndpoint && each.stack === stack),
      ),
  );
}

/** Reads what the script above printed. Pure. */
export function parseClaims(output: string): Claim[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [stack = "", base64 = ""] = line.split(" ");
      const parsed = parseModel(Buffer.from(base64, "base64").toString("utf8"));
      if (parsed === undefined) return [];
      return portsOf(parsed.model, parsed.endpoints).map(({ port, protocol, address, isEndpoint }) => ({
        stack,
        container: undefined,
        program: "",
        protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
        address,
        port,
        isEndpoint,
      }));
    });
}

function parseModel(text: string): { model: ComposeModel; endpoints: string[] } | undefined {
  let value: { "x-longshore"?: { endpoints?: unknown } };
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = ComposeModel.safeParse(value);
  if (!parsed.success) return undefined;
  const endpoints = value["x-longshore"]?.endpoints;
  const urls = Array.isArray(endpoints) ? endpoints.filter((url): url is string => URL.canParse(url)) : [];
  return { model: parsed.data, endpoints: urls };
}
