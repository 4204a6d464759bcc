import type { Contestant } from "../contestant.ts";
import { askVersion } from "./version.ts";

/** The memory and the time that any program on Node begins with. */
export const idleNode: Contestant = {
  name: "idle-node",
  note: "node -e that does nothing, without children",
  metrics: ["memory", "idle", "status"],
  version: () => askVersion(["node", "--version"], "Node"),
  prepare: () => ({
    run: ["node", "-e", "setInterval(() => {}, 2 ** 30)"],
    status: () => ["node", "-e", "0"],
  }),
};
