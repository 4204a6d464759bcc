import type { Place } from "./converted.ts";
import { isPlain, listExpressions } from "./expression.ts";
import type { IniSection } from "./ini.ts";
import { type Expansions, type SupervisordContext, SupervisordValues } from "./supervisord-values.ts";

/** What becomes one task of a program: the whole of it, or one of its processes. */
export interface SupervisordProcess {
  readonly name: string;
  readonly instances: number;
  readonly expansions: Expansions;
  readonly place: Place;
}

/** More processes than this are a mistake, or a number that was meant for something else. */
const mostProcesses = 10_000;

/**
 * A program with several processes is one task with instances, unless the numbers of its processes stand in its settings
 * in a way that `${INSTANCE}`, which counts from 1, cannot say: then each process is a task.
 */
export function listProcesses(
  section: IniSection,
  common: Expansions,
  context: SupervisordContext,
): SupervisordProcess[] {
  const program = nameProgram(section);
  const values = new SupervisordValues(section, context, { ...common, program_name: program });
  const count = values.number("numprocs") ?? 1;
  if (count > mostProcesses) values.refuse("numprocs", `numprocs=${count} is more than ${mostProcesses}`);
  const first = values.number("numprocs_start") ?? 0;
  const expansions = {
    ...common,
    program_name: program,
    numprocs: count,
    host_node_name: "${HOSTNAME}",
  };
  for (const [key, { text }] of section.values)
    if (listExpressions(text, "host_node_name").length > 0)
      values.remark(key, `the name of the host is expected in \${HOSTNAME}`);
  const place = values.placeOf(section.values.has("numprocs") ? "numprocs" : "command");
  const processName = (own: Expansions): string =>
    new SupervisordValues(section, context, own).text("process_name") ?? program;
  if (!(count > 1)) {
    const own = { ...expansions, process_num: first };
    const name = processName(own);
    if (name !== program)
      values.remark("process_name", `the process ${program}:${name} is called ${program} here`);
    return [{ name: program, instances: count, expansions: own, place }];
  }
  const numbers = [...section.values]
    .filter(([key]) => key !== "process_name" && key !== "numprocs" && key !== "numprocs_start")
    .flatMap(([, { text }]) => listExpressions(text, "process_num"));
  if (numbers.length === 0 || (first === 1 && numbers.every(isPlain))) {
    if (section.values.has("process_name"))
      values.remark("process_name", `the processes are called ${program}_1 to ${program}_${count} here`);
    return [
      { name: program, instances: count, expansions: { ...expansions, process_num: "${INSTANCE}" }, place },
    ];
  }
  values.remark("numprocs", "each process is a task of its own: its number stands in its settings");
  return Array.from({ length: Math.min(count, mostProcesses) }, (_, index) => {
    const own = { ...expansions, process_num: first + index };
    return { name: processName(own), instances: 1, expansions: own, place };
  });
}

/** The name of a program, of its section. */
export function nameProgram({ name }: IniSection): string {
  return name.slice(name.indexOf(":") + 1).trim();
}
