import type { Setting } from "./place.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;

/** What is done with the hosts: bring them to Docker Engine with Compose, or log in and run something. */
export type Flow = "provision" | "ping";

/** A way to do it. */
export interface Contestant {
  name: string;
  /** leaves hosts as `longshore provision` does: it then finds nothing to do */
  isWhole: boolean;
  /** undefined where it does no such thing */
  command(flow: Flow, setting: Setting): { argv: string[]; env?: Record<string, string> } | undefined;
  /** what it may have left open, so that each run begins without a connection (not timed) */
  forget?(setting: Setting): string[];
}

/** The program as it was built. */
export const longshore = (...args: string[]) => [process.execPath, `${ROOT}dist/longshore.mjs`, ...args];

const ansible = (name: string, config: string, playbook: string, ...extra: string[]): Contestant => ({
  name,
  isWhole: true,
  command: (flow, { inventory }) => ({
    argv:
      flow === "ping"
        ? ["ansible", "-i", inventory, "all", "-m", "ansible.builtin.ping"]
        : ["ansible-playbook", "-i", inventory, `${FOLDER}ansible/${playbook}`, ...extra],
    env: { ANSIBLE_CONFIG: `${FOLDER}ansible/${config}` },
  }),
  // The masters of ControlPersist, which are in Ansible's own folder.
  forget: () => [
    "sh",
    "-c",
    'for socket in "$HOME"/.ansible/cp/*; do [ ! -S "$socket" ] || ssh -O exit -o ControlPath="$socket" host; done 2>/dev/null; :',
  ],
});

const CACHED = ["--extra-vars", "apt_cache_valid_time=3600"];
const least = ansible("least", "tuned.cfg", "least.yml", ...CACHED);

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: "longshore",
    isWhole: true,
    command: (flow, { inventory }) => ({ argv: longshore("-i", inventory, flow) }),
  },
  ansible("ansible", "default.cfg", "playbook.yml"),
  ansible("tuned", "tuned.cfg", "playbook.yml", ...CACHED),
  // Its ping is that of tuned.
  {
    ...least,
    isWhole: false,
    command: (flow, setting) => (flow === "ping" ? undefined : least.command(flow, setting)),
  },
  {
    name: "floor",
    isWhole: true,
    command: (flow, { places, identityFile, knownHostsFile }) => ({
      argv: [
        "sh",
        `${FOLDER}floor.sh`,
        flow,
        knownHostsFile,
        identityFile,
        ...places.map(({ address, port }) => `${address}:${port}`),
      ],
    }),
  },
];
