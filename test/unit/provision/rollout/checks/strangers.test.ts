import { describe, expect, test } from "vitest";
import { refuseStrangers } from "../../../../../provision/rollout/checks/strangers.ts";

const ours = { name: "shop-web-1", isOurs: true, folder: "/opt/longshore/shop" };
const included = { name: "shop-cache-1", isOurs: false, folder: "/opt/longshore/shop" };
const theirs = { name: "shop-db-1", isOurs: false, folder: "/home/anna/shop" };

describe("a Compose project of the stack's name", () => {
  test.each([
    ["nothing is there", []],
    ["its own containers", [ours]],
    ["those of files that its own includes", [ours, included]],
  ])("%s: goes on", (_title, containers) => {
    expect(() => refuseStrangers("h1", "shop", containers)).not.toThrow();
  });

  test.each([
    ["another folder", [theirs], "(shop-db-1, from /home/anna/shop)"],
    ["beside its own", [ours, theirs], "(shop-db-1, from /home/anna/shop)"],
    [
      "the folder of a stack whose name begins so",
      [{ ...theirs, folder: "/opt/longshore/shop-eu" }],
      "shop-eu)",
    ],
    ["no folder is known", [{ ...theirs, folder: "" }], "(shop-db-1)"],
  ])("%s: refused", (_title, containers, words) => {
    expect(() => refuseStrangers("h1", "shop", containers)).toThrow(words);
  });
});
