import type Docker from "dockerode";
import type { Connection } from "../connection/connection.ts";

/** A machine with an engine on which images are built. */
export interface Builder {
  connection: Connection;
  docker: Docker;
}

/** True where the engine has an image of this name. */
export async function hasImage(docker: Docker, name: string): Promise<boolean> {
  return docker
    .getImage(name)
    .inspect()
    .then(
      () => true,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return false;
        throw error;
      },
    );
}
