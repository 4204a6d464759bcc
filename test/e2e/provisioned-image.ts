import type { Suite } from "../hosts/images.ts";
import { ensureSnapshot } from "../hosts/snapshot.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { createOperator } from "./operator.ts";

/** An image of a host after `longshore provision`; made anew when the code of provision's steps changes. */
export function ensureProvisionedImage(net: TestNet, os: Suite = "trixie"): Promise<string> {
  return ensureSnapshot(net, {
    name: "provisioned",
    os,
    key: ["provision/steps", "provision/facts"],
    provision: async (host) => {
      await createOperator(net, net.inventory({}, [host])).run("provision");
    },
  });
}
