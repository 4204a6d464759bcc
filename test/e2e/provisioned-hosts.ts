import type { Suite } from "../hosts/images.ts";
import { openSharedNet } from "../hosts/shared-net.ts";
import { ensureSnapshot } from "../hosts/snapshot.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { createOperator, type Operator } from "./operator.ts";

/** An image of a host after `longshore provision`; made anew when the code of provision's steps changes. */
export function ensureProvisionedImage(net: TestNet, os: Suite = "trixie"): Promise<string> {
  return ensureSnapshot(net, {
    name: "provisioned",
    os,
    key: ["provision/steps", "provision/host"],
    provision: async (host) => {
      await createOperator(net, net.inventory({}, [host])).run("provision");
    },
  });
}

/** Hosts after `longshore provision`, and the operator in whose inventory they are. `net.removeHosts()` ends them. */
export interface ProvisionedHosts {
  net: TestNet;
  hosts: TestHost[];
  /** the first of them */
  host: TestHost;
  operator: Operator;
}

/** Boots such hosts, one by default. @param variables of the inventory, for all of them */
export async function addProvisionedHosts(
  variables: Record<string, string> = {},
  count = 1,
): Promise<ProvisionedHosts> {
  const net = await openSharedNet();
  const hosts = await net.addHosts(count, { image: await ensureProvisionedImage(net) });
  const [host] = hosts;
  if (host === undefined) throw new Error("no host was added");
  return { net, hosts, host, operator: createOperator(net, net.inventory(variables, hosts)) };
}
