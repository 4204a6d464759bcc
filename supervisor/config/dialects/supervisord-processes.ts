import { type Expansions, expandExpressions, listWidths } from "./expression.ts";
import type { IniSection } from "./ini.ts";

/** What becomes one task of a program: the whole of it, or one of its processes. */
export interface SupervisordProcess {
  readonly name: string;
  readonly instances: number;
  readonly expansions: Expansions;
}

/**
 * A program with several processes is one task with instances, unless the numbers of its processes stand in its settings
 * in a way that `${INSTANCE}`, which counts from 1, cannot say: then each process is a task.
 */
export function listProcesses(
  { name: section, values }: IniSection,
  common: Expansions,
  remarks: string[],
): SupervisordProcess[] {
  const program = section.slice("program:".length).trim();
  const count = Number(values.numprocs ?? 1);
  const first = Number(values.numprocs_start ?? 0);
  const known = { ...common, program_name: program, numprocs: count };
  const host = Object.values(values).some((value) => listWidths(value, "host_node_name").length > 0);
  if (host) remarks.push(`[${section}] the name of the host is expected in \${HOSTNAME}`);
  const expansions = { ...known, host_node_name: "${HOSTNAME}" };
  const widths = Object.entries(values)
    .filter(([key]) => key !== "process_name")
    .flatMap(([, value]) => listWidths(value, "process_num"));
  if (!(count > 1))
    return [{ name: program, instances: 1, expansions: { ...expansions, process_num: first } }];
  const isPlain = first === 1 && widths.every((width) => width === "");
  if (widths.length === 0 || isPlain)
    return [{ name: program, instances: count, expansions: { ...expansions, process_num: "${INSTANCE}" } }];
  remarks.push(`[${section}] each process is a task of its own: its number stands in its settings`);
  return Array.from({ length: count }, (_, index) => {
    const own = { ...expansions, process_num: first + index };
    return { name: expandExpressions(values.process_name ?? program, own), instances: 1, expansions: own };
  });
}
