import { ensureSnapshot } from "../hosts/snapshot.ts";
import type { TestNet } from "../hosts/test-net.ts";

/** An image of a host that has Debian's Node and curl, and nothing else. */
export function ensureNodeImage(net: TestNet): Promise<string> {
  return ensureSnapshot(net, {
    name: "node",
    key: ["test/e2e/node-image.ts"],
    provision: async (host) => {
      await host.exec(["apt-get", "-qq", "update"]);
      await host.exec(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "nodejs", "curl"]);
    },
  });
}
