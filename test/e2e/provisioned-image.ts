import { ensureSnapshot } from "../hosts/snapshot.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { createOperator } from "./operator.ts";

/** An image of a Debian 13 host after `longshore provision`; made anew when the code of provision's steps changes. */
export function ensureProvisionedImage(net: TestNet): Promise<string> {
  return ensureSnapshot(net, "provisioned", ["provision/steps", "provision/facts"], async (host) => {
    await createOperator(net, net.inventory({}, [host])).run("provision");
  });
}
