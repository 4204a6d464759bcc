import { run, shellScript } from "../../connection/connection.ts";
import type { Step } from "../../host/step.ts";

const FILE = "/swapfile";

// A file of an earlier try is made anew: it may be half written.
const MAKE = `
set -e
file=$1 bytes=$2
swapoff "$file" 2>/dev/null || true
rm -f "$file"
trap 'rm -f "$file"' EXIT
(umask 077; : > "$file")
fallocate --length "$bytes" "$file" 2>/dev/null || dd if=/dev/zero of="$file" bs=1M count=$((bytes / 1048576)) status=none
mkswap "$file" >/dev/null
swapon "$file"
trap - EXIT
grep -q "^$file " /etc/fstab || printf '%s none swap sw 0 0\\n' "$file" >> /etc/fstab
`;

/** Swap of any kind: a small machine that builds or upgrades would else run out of memory. */
export function swap(bytes: number): Step {
  return {
    id: "swap",
    title: "swap",
    check({ swapBytes }) {
      if (swapBytes > 0) return undefined;
      const size = `${Math.round(bytes / 1024 ** 2)} MiB`;
      return {
        summary: `${size} at ${FILE}`,
        details: [`+ ${FILE} (${size})`, `+ ${FILE} none swap sw 0 0 (/etc/fstab)`],
        apply: async ({ connection }) => {
          await run(connection, shellScript(MAKE, FILE, String(bytes)), {
            become: true,
            limitSeconds: 600,
            title: "making swap",
          });
        },
      };
    },
  };
}
