import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { readLimited } from "../../shared/io/read-limited.ts";
import { type Problem, toUserErrors } from "../../shared/problem.ts";
import { quoteArgv } from "../../shared/quote-argv.ts";
import { UserError } from "../../shared/user-error.ts";
import { checkYaml, parseYaml, type YamlSource } from "../../shared/yaml/yaml-document.ts";
import { COMPOSE_FILES } from "./compose-file-names.ts";
import { ComposeFile } from "./schema.ts";

/** A stack's folder as read, before the variables of a host are put in. */
export interface Stack {
  name: string;
  directory: string;
  /** path of compose.yaml, for messages */
  file: string;
  text: string;
  source: YamlSource;
  services: ComposeFile["services"];
}

/**
 * Reads `compose.yaml` of a stack's folder.
 *
 * @throws UserError `stack_unreadable`; UserErrors `stack_invalid` with file:line:column
 */
export async function loadStack(directory: string): Promise<Stack> {
  const file = join(directory, "compose.yaml");
  const bytes = await readLimited(file).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError("stack_unreadable", `cannot read ${file}: ${cause.code}`, {
      hint: hintOnMissing(directory, file),
      cause,
    });
  });
  return parseStack(bytes.toString("utf8"), file, directory);
}

function hintOnMissing(directory: string, file: string): string {
  const other = COMPOSE_FILES.find((name) => existsSync(join(directory, name)));
  if (other !== undefined)
    return `rename the file that is there: mv ${quoteArgv([join(directory, other), file])}`;
  const below = join("compose", directory);
  if (existsSync(join(below, "compose.yaml"))) return `write: --stack ${quoteArgv([below])}`;
  const named = "name the stack's folder with --stack DIR";
  return existsSync(directory) ? `${directory} has no compose file; ${named}` : named;
}

/** {@link loadStack} for text at hand; `file` is only for messages. @throws UserErrors `stack_invalid` */
export function parseStack(text: string, file: string, directory: string): Stack {
  const source = parseYaml(text, file, { foreignTags: true });
  if (!source.ok) throw toUserErrors("stack_invalid", source.problems);
  const compose = checkYaml(source.value, ComposeFile);
  if (!compose.ok) {
    const problems = compose.problems.map((problem) => adviseOnName(problem, source.value, directory));
    throw toUserErrors("stack_invalid", problems);
  }
  if (compose.value["x-longshore"] === undefined) {
    throw new UserError("stack_invalid", `${file} has no x-longshore block`, {
      hint: "add  x-longshore: {}  or, where longshored is PID 1 of a service,  x-longshore: { supervisor: SERVICE }",
    });
  }
  return {
    name: compose.value.name,
    directory,
    file,
    text,
    source: source.value,
    services: compose.value.services,
  };
}

/** Adds the line to write to what is wrong with `name`. */
function adviseOnName(problem: Problem, source: YamlSource, directory: string): Problem {
  if (problem.path !== "name") return problem;
  const { name, ...rest } = source.value as Record<string, unknown>;
  const written = typeof name === "string" ? name : "";
  const line = `name: ${toStackName(written) || toStackName(basename(resolve(directory))) || "site"}`;
  // A compose file of somebody else's lacks both.
  const hint =
    name !== undefined || "x-longshore" in rest
      ? `write: ${line}`
      : `write two lines: ${line}  and  x-longshore: {}`;
  return { ...problem, hint };
}

/** The nearest name that Compose takes for a project; empty where there is none. */
function toStackName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[-_]+|-+$/g, "");
}
