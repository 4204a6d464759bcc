import type { Contestant } from "./contestant.ts";
import { floorNode } from "./contestants/floor-node.ts";
import { idleNode } from "./contestants/idle-node.ts";
import { longshore } from "./contestants/longshore.ts";
import { pebble } from "./contestants/pebble.ts";
import { pm2 } from "./contestants/pm2.ts";
import { runit } from "./contestants/runit.ts";
import { s6 } from "./contestants/s6.ts";
import { supervisord } from "./contestants/supervisord.ts";

/** All contestants, in the order of the tables. */
export const contestants: readonly Contestant[] = [
  longshore,
  floorNode,
  idleNode,
  supervisord,
  pm2,
  pebble,
  s6,
  runit,
];
