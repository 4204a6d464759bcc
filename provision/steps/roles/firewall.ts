import { installPackages, rehearseInstallation } from "../../host/apt/apt-install.ts";
import { diffFile } from "../../host/diff.ts";
import type { Facts } from "../../host/facts/facts.ts";
import { guardChange } from "../../host/guarded-change.ts";
import { writeHostFile } from "../../host/host-file.ts";
import { describeUnit, refuseMasked, requireSystemd, type Step } from "../../host/step.ts";
import type { OpenPort } from "../wanted.ts";

const RULES = "/etc/longshore/firewall.nft";
const UNIT = {
  path: "/etc/systemd/system/longshore-firewall.service",
  mode: "0644",
  content: `# Written by longshore provision. A table of its own: nftables.service would flush Docker's rules too.
[Unit]
Description=Firewall of longshore
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
DefaultDependencies=no
After=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=nft -f ${RULES}
ExecReload=nft -f ${RULES}
ExecStop=-nft delete table inet longshore

[Install]
WantedBy=multi-user.target
`,
};

const INSTALLATION = { packages: ["nftables"] };

// The rules that are loaded next time stay the old ones until somebody has come in: a reboot takes the change back, too.
const MAKE = `
set -e
mkdir -p "$(dirname "$1")"
cat > "$1.new"
nft --check -f "$1.new"
nft -f "$1.new"
`;
const UNDO = `
[ -e "$1.new" ] || exit 0
if [ -e "$1" ]; then nft -f "$1"; else nft delete table inet longshore; fi
rm -f "$1.new"
`;
const KEEP = `
set -e
mv -fT "$1.new" "$1"
systemctl daemon-reload
systemctl enable --quiet longshore-firewall
systemctl restart longshore-firewall
`;

/**
 * Only the named ports can be reached from outside, those that Docker publishes included: Docker's own rules come after ours
 * and are asked only about what we let through. SSH stays open at the ports of sshd and at the one that we came in by.
 */
export function firewall(openPorts: readonly OpenPort[]): Step {
  return {
    id: "firewall",
    title: "firewall",
    check(facts) {
      requireSystemd("firewall", facts.init);
      const ports = [...sshPorts(facts), ...openPorts];
      const rules = formatRules(ports);
      const diff = [
        ...diffFile(RULES, facts.files[RULES], rules),
        ...diffFile(UNIT.path, facts.files[UNIT.path], UNIT.content),
      ];
      const unit = facts.units["longshore-firewall"];
      const isOn = facts.firewallLoaded && unit?.enabled === true;
      const isSettled = !facts.unsettled.includes("firewall");
      const isInstalled = "nftables" in facts.packages;
      if (diff.length === 0 && isOn && isSettled && isInstalled) return undefined;
      refuseMasked("longshore-firewall", unit);
      const details = [
        ...diff,
        ...(isOn
          ? []
          : [`- longshore-firewall ${describeUnit(unit)}`, "+ longshore-firewall enabled, active"]),
      ];
      return {
        summary: `open ${formatPorts("tcp", ports)} tcp, ${formatPorts("udp", ports) || "no"} udp`,
        details: [...(isInstalled ? [] : ["+ nftables"]), ...details],
        rehearse: async (context) =>
          isInstalled ? undefined : [...(await rehearseInstallation(context, INSTALLATION)), ...details],
        apply: async (context) => {
          if (!isInstalled) await installPackages(context, INSTALLATION);
          await writeHostFile(context.connection, UNIT);
          await guardChange(context, {
            name: "firewall",
            make: MAKE,
            undo: UNDO,
            keep: KEEP,
            args: [RULES],
            input: rules,
          });
        },
      };
    },
  };
}

function sshPorts({ sshd, sshPort }: Facts): OpenPort[] {
  const numbers = [...(sshd.port ?? ["22"]).map(Number), ...(sshPort === undefined ? [] : [sshPort])];
  return [...new Set(numbers)].map((port) => ({ from: port, to: port, protocol: "tcp" }));
}

function formatPorts(protocol: OpenPort["protocol"], ports: readonly OpenPort[]): string {
  const ranges = ports
    .filter((port) => port.protocol === protocol)
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return [...new Set(ranges)].join(", ");
}

/**
 * The rules as nft reads them, replaced as one transaction. A published port has been translated before the forward hook: the
 * connection's original port tells what was asked for (nft(8), "CONNTRACK EXPRESSIONS").
 */
export function formatRules(ports: readonly OpenPort[]): string {
  const set = (protocol: OpenPort["protocol"]) => {
    const elements = formatPorts(protocol, ports);
    const lines = ["type inet_service", "flags interval", "auto-merge"];
    if (elements !== "") lines.push(`elements = { ${elements} }`);
    return `  set open_${protocol} {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n`;
  };
  return `# Written by longshore provision.
table inet longshore
delete table inet longshore
table inet longshore {
${set("tcp")}${set("udp")}
  chain input {
    type filter hook input priority filter - 10; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "lo" accept
    iifname "docker*" accept
    iifname "br-*" accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp sport 67 udp dport 68 accept
    udp sport 547 udp dport 546 accept
    tcp dport @open_tcp accept
    udp dport @open_udp accept
  }

  chain forward {
    type filter hook forward priority filter - 10; policy accept;
    ct state established,related accept
    iifname "docker*" accept
    iifname "br-*" accept
    ct status dnat meta l4proto tcp ct original proto-dst @open_tcp accept
    ct status dnat meta l4proto udp ct original proto-dst @open_udp accept
    ct status dnat drop
  }
}
`;
}
