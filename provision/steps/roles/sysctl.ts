import { run, shellScript } from "../../connection/connection.ts";
import { diffFile } from "../../host/diff.ts";
import { writeHostFile } from "../../host/host-file.ts";
import type { Step } from "../../host/step.ts";

/**
 * A connection that waits at a listener which is being closed moves to another listener of its reuseport group (Linux 5.14):
 * without it, connections are reset whenever one nginx takes over from another.
 */
const SETTINGS: Record<string, string> = { "net.ipv4.tcp_migrate_req": "1" };

const FILE = {
  path: "/etc/sysctl.d/60-longshore.conf",
  mode: "0644",
  content: `# Written by longshore provision.\n${Object.entries(SETTINGS)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join("")}`,
};

export const sysctlSettings: Step = {
  id: "sysctl",
  title: "kernel settings",
  check({ sysctl, files }) {
    // A setting that this kernel lacks, or that a container may not write, is left alone.
    const wrong = Object.entries(SETTINGS).filter(
      ([key, value]) => sysctl[key]?.writable && sysctl[key]?.value !== value,
    );
    const diff = diffFile(FILE.path, files[FILE.path], FILE.content);
    if (wrong.length === 0 && diff.length === 0) return undefined;
    return {
      summary: Object.entries(SETTINGS)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
      details: [
        ...wrong.flatMap(([key, value]) => [`- ${key} = ${sysctl[key]?.value}`, `+ ${key} = ${value}`]),
        ...diff,
      ],
      apply: async ({ connection }) => {
        await writeHostFile(connection, FILE);
        const pairs = wrong.map(([key, value]) => `/proc/sys/${key.replaceAll(".", "/")}=${value}`);
        await run(
          connection,
          shellScript('for pair; do printf %s "${pair#*=}" > "${pair%%=*}" || exit; done', ...pairs),
          {
            become: true,
            title: "setting the kernel",
          },
        );
      },
    };
  },
};
