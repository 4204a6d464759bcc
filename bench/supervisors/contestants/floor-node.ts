import { fileURLToPath } from "node:url";
import { type Contestant, rotation } from "../contestant.ts";
import { askVersion } from "./version.ts";

const program = fileURLToPath(new URL("floor-node.mjs", import.meta.url));

/** What Node itself costs. */
export const floorNode: Contestant = {
  name: "floor-node",
  note: "the least that a supervisor on Node's child_process.spawn can do (floor-node.mjs), not a real one",
  version: () => askVersion(["node", "--version"], "Node"),
  prepare: (trial) => {
    const { captureLogs, grace } = trial.options;
    const socket = `${trial.fastFolder}/control.sock`;
    const client = ["node", program, "ask", socket] as const;
    const settings = {
      socket,
      grace: grace * 1_000,
      rotation,
      children: trial.names.map((name) => ({
        name,
        argv: trial.childArgv(name),
        log: captureLogs ? `${trial.folder}/log/${name}.log` : null,
      })),
    };
    return {
      run: ["node", program, "run", trial.write("settings.json", JSON.stringify(settings))],
      status: (name) => [...client, "status", ...(name === undefined ? [] : [name])],
      countRunning: (answer) => answer.split(" up ").length - 1,
      stopOne: (name) => [...client, "stop", name],
      logFiles: (name) =>
        [".5", ".4", ".3", ".2", ".1", ""].map((suffix) => `${trial.folder}/log/${name}.log${suffix}`),
    };
  },
};
