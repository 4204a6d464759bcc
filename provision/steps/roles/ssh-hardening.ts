import { diffFile } from "../../host/diff.ts";
import type { Facts } from "../../host/facts/facts.ts";
import { guardChange } from "../../host/guarded-change.ts";
import { requireSystemd, type Step } from "../../host/step.ts";

// The first value that sshd reads counts, and files in its folder are read in the order of their names: before cloud-init's.
const FILE = "/etc/ssh/sshd_config.d/00-longshore.conf";

// What was there before is kept beside it until somebody has come in; empty where there was nothing.
const MAKE = `
set -e
mkdir -p "$(dirname "$1")"
if [ -e "$1" ]; then cp -p "$1" "$1.before"; else : > "$1.before"; fi
cat > "$1.new"
chmod 0644 "$1.new"
mv -fT "$1.new" "$1"
sshd -t
systemctl try-reload-or-restart ssh.service
`;
const UNDO = `
[ -e "$1.before" ] || exit 0
if [ -s "$1.before" ]; then cp -p "$1.before" "$1"; else rm -f "$1"; fi
systemctl try-reload-or-restart ssh.service
rm -f "$1.before" "$1.new"
`;
const KEEP = 'rm -f "$1.before"';

/** Keys only, and no root but where root is who logs in. Kept only when a second connection gets in. */
export const sshHardening: Step = {
  id: "ssh-hardening",
  title: "sshd",
  check(facts) {
    requireSystemd("ssh-hardening", facts.init);
    const settings = wantedSettings(facts);
    const content = `# Written by longshore provision.\n${settings.map((pair) => `${pair.join(" ")}\n`).join("")}`;
    const wrong = settings.filter(([key, value]) => !isEffective(facts, key, value));
    const diff = diffFile(FILE, facts.files[FILE], content);
    const isSettled = !facts.unsettled.includes("ssh-hardening");
    if (wrong.length === 0 && diff.length === 0 && isSettled) return undefined;
    return {
      summary: "keys only",
      details: [
        ...diff,
        ...wrong.map(([key, value]) => {
          const now = facts.sshd[key.toLowerCase()]?.join(" ") ?? "not set";
          return `  sshd has ${key} ${now}, and gets ${value}`;
        }),
      ],
      apply: (context) =>
        guardChange(context, {
          name: "ssh-hardening",
          make: MAKE,
          undo: UNDO,
          keep: KEEP,
          args: [FILE],
          input: content,
        }),
    };
  },
};

function wantedSettings({ loginUser }: Facts): [key: string, value: string][] {
  return [
    ["PasswordAuthentication", "no"],
    ["KbdInteractiveAuthentication", "no"],
    ["PermitRootLogin", loginUser === "root" ? "prohibit-password" : "no"],
    ["X11Forwarding", "no"],
  ];
}

/** sshd -T still says `without-password` for what its manual has called `prohibit-password` since OpenSSH 7.0. */
function isEffective({ sshd }: Facts, key: string, value: string): boolean {
  const effective = sshd[key.toLowerCase()]?.[0];
  return effective === value || (value === "prohibit-password" && effective === "without-password");
}
