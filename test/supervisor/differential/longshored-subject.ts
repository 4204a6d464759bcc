import { convertToTasksYaml } from "../../../supervisor/config/dialects/convert.ts";
import { Daemon } from "../daemon.ts";
import type { Subject } from "./subject.ts";

/** longshored with the same programs, as `longshored convert` reads them. */
export function startLongshored(programs: string): Subject {
  const converted = convertToTasksYaml({ file: "supervisord.conf", text: programs }, "supervisord");
  if (!converted.ok) throw new Error(JSON.stringify(converted.problems));
  const daemon = new Daemon(converted.value.text);
  const act = async (action: string, name: string): Promise<void> => {
    await daemon.client.call("POST", `/v1/${action}`, { names: [name] });
  };
  return {
    ready: daemon.waitFor(/^longshored \| longshored \S+ runs /m, 60_000).then(() => {}),
    sequenceOf: (name) =>
      [...daemon.output.matchAll(/^longshored \| (\S+): (started|\w+)/gm)].flatMap(([, who, state = ""]) =>
        who === name ? [state === "started" ? "starting" : state] : [],
      ),
    stop: (name) => act("stop", name),
    start: (name) => act("start", name),
    restart: (name) => act("restart", name),
    pidOf: async (name) => (await daemon.instance(name)).pid ?? 0,
    exitCodeOf: async (name) => (await daemon.instance(name)).exit_code ?? -1,
    hangUp: async () => {
      daemon.signal("SIGHUP");
      await daemon.waitFor(/^longshored \| reloaded /m);
    },
    end: async () => {
      daemon.signal("SIGTERM");
      return (await daemon.ended).code;
    },
  };
}
