import { run, shellScript } from "../../connection/connection.ts";
import type { Step } from "../../host/step.ts";

// The socket of a running engine belongs to the number that the group had: nobody is in that any more.
const JOIN = `
set -e
if ! getent group docker >/dev/null; then
  groupadd --system docker
  [ ! -S /run/docker.sock ] || chgrp docker /run/docker.sock
fi
usermod --append --groups docker "$1"
`;

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
        await run(connection, shellScript(JOIN, loginUser), {
          become: true,
          title: "joining the group docker",
        });
      },
    };
  },
};
