import { run } from "../connection/connection.ts";
import { BASE_FOLDER } from "../host/base-folder.ts";
import type { Step } from "../host/step.ts";

/** Where releases go: root's, so that nobody else can put one there. */
export const directories: Step = {
  id: "directories",
  title: "directories",
  check({ directories: present }) {
    if (present[BASE_FOLDER] === "root 755") return undefined;
    return {
      summary: BASE_FOLDER,
      details: [
        ...(present[BASE_FOLDER] === undefined ? [] : [`- ${BASE_FOLDER} ${present[BASE_FOLDER]}`]),
        `+ ${BASE_FOLDER} root 755`,
      ],
      apply: async ({ connection }) => {
        const argv = ["install", "--directory", "--owner=root", "--group=root", "--mode=0755", BASE_FOLDER];
        await run(connection, argv, { become: true, title: `making ${BASE_FOLDER}` });
      },
    };
  },
};
