import { BASE_FOLDER } from "../host/base-folder.ts";
/** Where a stack lives on a host. Everything is root-owned; compose's relative paths start at `root`. */
export interface StackLayout {
  root: string;
  releases: string;
}

export function layoutOf(stack: string): StackLayout {
  const root = `${BASE_FOLDER}/${stack}`;
  return { root, releases: `${root}/releases` };
}

/** The argv of `docker compose` on the files of a release directory. */
export function composeArgv(stack: string, directory: string, ...command: string[]): string[] {
  return [
    "docker",
    "compose",
    "--project-name",
    stack,
    "--project-directory",
    layoutOf(stack).root,
    "--env-file",
    `${directory}/.env`,
    "--file",
    `${directory}/compose.yaml`,
    "--file",
    `${directory}/compose.longshore.yaml`,
    ...command,
  ];
}
