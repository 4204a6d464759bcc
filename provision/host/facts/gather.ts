import { type Connection, run, shellScript } from "../../connection/connection.ts";
import { LIMIT_DOCKER } from "../../connection/limit-docker.ts";
import type { Facts } from "./facts.ts";
import { parseFacts } from "./parse.ts";
import { FACTS_SCRIPT } from "./script.ts";

/** The stack whose state on the host is wanted beside the host's own facts. */
export interface StackQuery {
  name: string;
  /** the service whose PID 1 is longshored; "" where the stack has none */
  supervisor: string;
}

/** What is read only where a step needs it. */
export interface FactOptions {
  roles?: readonly string[];
  /** what apt would install, by the package lists that the host has */
  candidates?: boolean;
}

/** The script has limits of its own for what may hang; this is for all that they leave. */
const LIMIT_SECONDS = 120;

/** Reads all facts of a host with one command. @throws CommandError `sudo` and the like */
export async function gatherFacts(
  connection: Connection,
  stack?: StackQuery,
  options: FactOptions = {},
): Promise<Facts> {
  const script = shellScript(
    LIMIT_DOCKER + FACTS_SCRIPT,
    stack?.name ?? "",
    stack?.supervisor ?? "",
    options.roles?.join(" ") ?? "",
    options.candidates === true ? "upgrade" : "",
  );
  const { stdout } = await run(connection, script, {
    become: true,
    limitSeconds: LIMIT_SECONDS,
    title: "reading the host's facts",
  });
  return parseFacts(stdout);
}
