import type { Entry } from "../../entry.ts";
import { CgroupMembers } from "../cgroup/cgroup-members.ts";
import { DescendantWalk } from "./descendant-walk.ts";
import type { Leftovers } from "./leftovers.ts";
import type { Reaper } from "./reaper.ts";

/** By its cgroup what was started in one, everything else by descent. */
export function findLeftovers(reaper: Reaper): Leftovers {
  const walk = new DescendantWalk(reaper);
  const members = new CgroupMembers();
  const of = (entry: Entry): Leftovers => (entry.cgroup === undefined ? walk : members);
  return {
    signal: (entry, signal) => of(entry).signal(entry, signal),
    anyAlive: (entry) => of(entry).anyAlive(entry),
  };
}
