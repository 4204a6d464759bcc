import { UserError } from "../../../shared/user-error.ts";
import { type Connection, run, shellScript } from "../../connection/connection.ts";
import type { ComposeModel } from "../../engine/compose/compose-model.ts";
import { LABELS } from "../../engine/compose/labels.ts";
import { layoutOf } from "../../release/layout.ts";
import type { Release } from "../../release/release.ts";

/** Something outside of a stack that its containers cannot start without. */
export interface Need {
  /** `name`: a container's name, which nobody else may have; `path`: a file; `bind`: what a bind mount has as its source */
  kind: "network" | "volume" | "container" | "name" | "path" | "device" | "bind";
  name: string;
}

/**
 * What a stack expects to find on its host, or to be free there. Compose finds out only when it has begun to make containers.
 * Pure.
 */
export function listNeeds(
  { services, networks, volumes, secrets, configs }: ComposeModel,
  release: Pick<Release, "stack" | "configFiles" | "secretFiles">,
  composeVersion = "",
): Need[] {
  const all = Object.values(services);
  const external = (kind: "network" | "volume", resources: ComposeModel["networks"]) =>
    Object.values(resources).flatMap((each): Need[] =>
      each?.external === true && each.name !== undefined ? [{ kind, name: each.name }] : [],
    );
  const names = all.flatMap(({ container_name: name }) => name ?? []);
  const joined = all.flatMap(({ network_mode: mode = "" }) => /^container:(.+)$/.exec(mode)?.[1] ?? []);
  const brought = new Set(listBrought(release));
  const files = [...Object.values(secrets), ...Object.values(configs)].flatMap((each) => each?.file ?? []);
  // A device without a path is one of CDI: `vendor.com/gpu=all`.
  const devices = all.flatMap(({ devices: paths }) => paths.filter((path) => path.startsWith("/")));
  const { root } = layoutOf(release.stack);
  // The stack's own folder is filled by the deploy.
  const binds = all
    .flatMap(({ volumes: mounts }) => mounts.filter((mount) => mustExist(mount, composeVersion)))
    .flatMap(({ source }) => (source === undefined || isBelow(root, source) ? [] : source));
  return [
    ...devices.map((name): Need => ({ kind: "device", name })),
    ...binds.map((name): Need => ({ kind: "bind", name })),
    ...external("network", networks),
    ...external("volume", volumes),
    ...joined.filter((name) => !names.includes(name)).map((name): Need => ({ kind: "container", name })),
    ...names.map((name): Need => ({ kind: "name", name })),
    ...files.filter((path) => !brought.has(path)).map((name): Need => ({ kind: "path", name })),
  ];
}

/**
 * Whether the engine refuses a bind mount whose source is not there. Compose before 2.35 makes a folder for it only where
 * that is asked for, as the short form does; later ones always, but where it is forbidden (docker/compose#12797).
 */
function mustExist(
  { type, bind }: ComposeModel["services"][string]["volumes"][number],
  version: string,
): boolean {
  if (type !== "bind" || bind?.create_host_path === true) return false;
  const [, major = 0, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const isOld = major === 2 && minor < 35;
  return bind?.create_host_path === false || isOld;
}

const isBelow = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

/** The files of a release by the paths that they get on the host. */
function listBrought({ stack, configFiles, secretFiles }: Parameters<typeof listNeeds>[1]): string[] {
  const { root } = layoutOf(stack);
  const config = Object.keys(configFiles).map((file) => `${root}/config/${file}`);
  return [...config, ...Object.keys(secretFiles).map((file) => `${root}/secrets/${file}`)];
}

// Prints a line for each need that is not met: its number, and of a name that is taken, by which project.
const LOOK = `
stack=$1 number=0; shift
while [ $# -gt 0 ]; do
  kind=$1 name=$2; shift 2
  case $kind in
    network | volume) docker "$kind" inspect "$name" >/dev/null 2>&1 || echo "$number" ;;
    container) docker container inspect "$name" >/dev/null 2>&1 || echo "$number" ;;
    path | device | bind) [ -e "$name" ] || echo "$number" ;;
    name)
      # The engine takes the beginning of an id for a name, too.
      found=$(docker container inspect --format \\
        '{{.Name}} {{or (index .Config.Labels "${LABELS.project}") "-"}}' "$name" 2>/dev/null) || found=
      case $found in
        '' | "/$name $stack") ;;
        "/$name "*) echo "$number \${found#* }" ;;
      esac ;;
  esac
  number=$((number + 1))
done
`;

/** @throws UserError `surroundings` with all that is missing or taken on the host */
export async function checkSurroundings(
  connection: Connection,
  stack: string,
  needs: readonly Need[],
): Promise<void> {
  if (needs.length === 0) return;
  const words = needs.flatMap(({ kind, name }) => [kind, name]);
  const { stdout } = await run(connection, shellScript(LOOK, stack, ...words), {
    become: true,
    title: "looking for what the stack refers to",
  });
  const unmet = parseUnmet(needs, stdout);
  if (unmet.length === 0) return;
  throw new UserError("surroundings", unmet.map((text) => `${connection.host}: ${text}`).join("\n"), {
    hint: "make it there first, or change compose.yaml",
  });
}

/** A sentence for each need that the script above printed. Pure. */
export function parseUnmet(needs: readonly Need[], output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [number, project] = line.split(" ");
      const need = needs[Number(number)];
      return need === undefined ? [] : [describeNeed(need, project)];
    });
}

function describeNeed({ kind, name }: Need, project: string | undefined): string {
  switch (kind) {
    case "network":
    case "volume":
      return `the external ${kind} ${name} is not there (docker ${kind} create ${name})`;
    case "container":
      return `the container ${name}, whose network a service uses, is not there`;
    case "path":
      return `the file ${name} of a secret or config is not there`;
    case "device":
      return `the device ${name} is not there`;
    case "bind":
      return `${name}, which a service mounts, is not there`;
    case "name":
      return `the container_name ${name} is taken${project === undefined || project === "-" ? "" : ` by the project ${project}`}`;
  }
}
