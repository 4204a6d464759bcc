import type { Instance } from "../core/instance.ts";
import type { Entry } from "../runtime/entry.ts";

/** The lines of longshored's own log about what has become of an instance; none about what nobody needs to know. */
export function describeChange({ spec, instance }: Entry, before: Instance): string[] {
  const { state, pid, health, reason } = instance;
  const because = reason === null ? "" : ` (${reason})`;
  const lines: string[] = [];
  if (pid !== null && pid !== before.pid) lines.push(`${spec.name}: started, pid ${pid}`);
  else if (state !== before.state && state !== "starting") lines.push(`${spec.name}: ${state}${because}`);
  if (health !== before.health && (health === "healthy" || health === "unhealthy"))
    lines.push(`${spec.name}: ${health}${because}`);
  return lines;
}
