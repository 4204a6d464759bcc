import { run } from "../connection/connection.ts";
import type { Step } from "../host/step.ts";

const ROOT = "/opt/longshore";

/** Where releases go: root's, so that nobody else can put one there. */
export const directories: Step = {
  id: "directories",
  title: "directories",
  check({ directories: present }) {
    if (present[ROOT] === "root 755") return undefined;
    return {
      summary: ROOT,
      details: [...(present[ROOT] === undefined ? [] : [`- ${ROOT} ${present[ROOT]}`]), `+ ${ROOT} root 755`],
      apply: async ({ connection }) => {
        const argv = ["install", "--directory", "--owner=root", "--group=root", "--mode=0755", ROOT];
        await run(connection, argv, { become: true, title: `making ${ROOT}` });
      },
    };
  },
};
