import type { TestHost } from "../hosts/test-host.ts";

const RULES = "/etc/longshore/firewall.nft";

// Somebody else's table: new connections to sshd are dropped as long as a firewall of ours is loaded that is not kept yet.
const NFT = `#!/bin/sh
/usr/sbin/nft.real "$@" || exit
case "$*" in
  "-f ${RULES}.new") /usr/sbin/nft.real -f - <<'END'
table inet trap {
  chain in { type filter hook input priority 0; ct state new tcp dport 22 drop; }
}
END
  ;;
  "-f ${RULES}" | "delete table inet longshore") /usr/sbin/nft.real delete table inet trap ;;
esac
`;

/** Makes the next change of the firewall one after which nobody gets in. nftables has to be installed. */
export async function setFirewallTrap(host: TestHost): Promise<void> {
  await host.exec(["mv", "/usr/sbin/nft", "/usr/sbin/nft.real"]);
  await host.writeFile("/usr/sbin/nft", NFT);
  await host.exec(["chmod", "+x", "/usr/sbin/nft"]);
}

export async function removeFirewallTrap(host: TestHost): Promise<void> {
  await host.exec(["mv", "/usr/sbin/nft.real", "/usr/sbin/nft"]);
}

/** The tables that the kernel has: `table inet longshore`, … */
export async function listTables(host: TestHost): Promise<string[]> {
  return (await host.exec(["sh", "-c", "nft.real list tables 2>/dev/null || nft list tables"])).split("\n");
}
