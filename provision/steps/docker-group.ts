import { run } from "../connection/connection.ts";
import type { Step } from "./step.ts";

/** The login user may use docker without sudo. A new group counts from the next login. */
export const dockerGroup: Step = {
  id: "docker-group",
  title: "docker group",
  check({ loginUser, groups }) {
    if (loginUser === "root" || groups.includes("docker")) return undefined;
    return {
      summary: `add ${loginUser}`,
      details: [`+ ${loginUser} in the group docker: root's rights, without sudo`],
      apply: async ({ connection }) => {
        await run(connection, ["usermod", "--append", "--groups", "docker", loginUser], { become: true });
      },
    };
  },
};
