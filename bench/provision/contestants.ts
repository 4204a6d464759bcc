import type { Setting } from "./place.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const ROOT = new URL("../../", import.meta.url).pathname;

/** A way to bring hosts to Docker Engine with Compose. */
export interface Contestant {
  name: string;
  provision(setting: Setting): { argv: string[]; env?: Record<string, string> };
  /** what it may have left open, so that each run begins without a connection (not timed) */
  forget?(setting: Setting): string[];
}

const ansible = (name: string, config: string, ...extra: string[]): Contestant => ({
  name,
  provision: ({ inventory }) => ({
    argv: ["ansible-playbook", "-i", inventory, `${FOLDER}ansible/playbook.yml`, ...extra],
    env: { ANSIBLE_CONFIG: `${FOLDER}ansible/${config}` },
  }),
  // The masters of ControlPersist, which are in Ansible's own folder.
  forget: () => [
    "sh",
    "-c",
    'for socket in "$HOME"/.ansible/cp/*; do [ ! -S "$socket" ] || ssh -O exit -o ControlPath="$socket" host; done 2>/dev/null; :',
  ],
});

export const CONTESTANTS: readonly Contestant[] = [
  {
    name: "longshore",
    provision: ({ inventory }) => ({
      argv: [process.execPath, `${ROOT}dist/longshore.mjs`, "-i", inventory, "provision"],
    }),
  },
  ansible("ansible", "default.cfg"),
  ansible("tuned", "tuned.cfg", "--extra-vars", "apt_cache_valid_time=3600"),
  {
    name: "floor",
    provision: ({ places, identityFile, knownHostsFile }) => ({
      argv: [
        "sh",
        `${FOLDER}floor.sh`,
        knownHostsFile,
        identityFile,
        ...places.map(({ address, port }) => `${address}:${port}`),
      ],
    }),
  },
];
