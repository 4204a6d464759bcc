import { type Connection, run, shellScript } from "../connection/connection.ts";
import { engineSilent, LIMIT_DOCKER, saysHung } from "../connection/limit-docker.ts";
import { LABELS } from "../engine/compose/labels.ts";
import type { Action, Planner } from "../fleet/action.ts";
import { BASE_FOLDER } from "../host/base-folder.ts";
import { imagePattern } from "../image/image-name.ts";
import { layoutOf } from "../release/layout.ts";
import { takeDeployLock } from "../release/lock.ts";
import { refuseStrangers } from "./checks/strangers.ts";

// Only what carries the stack's own labels and names; `docker compose down` needs no file for that.
const LIST = `
stack=$1 images=$2
command -v docker >/dev/null || exit 0
# An engine that does not answer has not said that there is nothing.
names=$(docker ps -a --filter "label=${LABELS.project}=$stack" --format \
  '{{.Names}} {{or (.Label "${LABELS.stack}") "-"}} {{.Label "${LABELS.folder}"}}') || { [ $? -lt 124 ] && exit 1; exit 0; }
printf %s "\${names:+$names
}" | sed 's/^/container /'
docker network ls --format '{{.Name}}' --filter "label=${LABELS.project}=$stack" | sed 's/^/network /'
docker volume ls -q --filter "label=${LABELS.project}=$stack" | sed 's/^/volume /'
docker image ls --format '{{.Repository}}:{{.Tag}}' --filter "reference=$images" | sed 's/^/image /'
[ -e "${BASE_FOLDER}/$stack" ] && echo "folder ${BASE_FOLDER}/$stack"
exit 0
`;

const REMOVE_FOLDER = `
rm -rf "$1" "$(dirname "$1")/.locks/$2" "$(dirname "$1")/.lock-$2"
rmdir "$(dirname "$1")/.locks" 2>/dev/null || true
rmdir "$(dirname "$1")" 2>/dev/null || true
`;

/**
 * Removes a stack from a host: containers, networks, images and its folder; volumes (certificates, history) only if asked.
 *
 * The first of these takes the stack's lock, as a deploy does: a stack is not removed from under one.
 *
 * @throws UserError `stack_taken` where somebody else's Compose project has the name
 */
export function planRemove(stack: string, options: { volumes: boolean }): Planner {
  return async (connection) => {
    const { stdout } = await run(connection, shellScript(LIMIT_DOCKER + LIST, stack, imagePattern(stack)), {
      become: true,
      limitSeconds: 60,
      title: "listing what is there",
    });
    if (saysHung(stdout)) throw engineSilent(connection.host);
    const found = stdout.split("\n").map((line) => line.split(" "));
    const belongings = found.flatMap(([kind, name = "", label, ...folder]) =>
      kind === "container" ? [{ name, isOurs: label !== "-", folder: folder.join(" ") }] : [],
    );
    refuseStrangers(connection.host, stack, belongings);
    const of = (kind: string) =>
      found.flatMap(([name, value]) => (name === kind && value !== undefined ? [value] : []));
    const volumes = of("volume");
    const kept = options.volumes ? [] : volumes;
    const actions = [
      ...compose(connection, stack, of("container"), of("network"), kept),
      ...(options.volumes ? docker(connection, "volumes", ["volume", "rm"], volumes) : []),
      ...docker(connection, "images", ["image", "rm"], of("image")),
      ...of("folder").map(
        (folder): Action => ({
          title: `folder ${folder}`,
          isChange: true,
          run: async () => {
            await run(connection, shellScript(REMOVE_FOLDER, layoutOf(stack).root, stack), { become: true });
          },
        }),
      ),
    ];
    let locking: Promise<void> | undefined;
    return actions.map((action) => ({
      ...action,
      run: async (context) => {
        locking ??= takeDeployLock(connection, stack);
        await locking;
        return action.run(context);
      },
    }));
  };
}

function compose(
  connection: Connection,
  stack: string,
  containers: string[],
  networks: string[],
  kept: string[],
): Action[] {
  if (containers.length + networks.length === 0) return [];
  return [
    {
      title:
        containers.length > 0 ? `containers ${containers.join(", ")}` : `networks ${networks.join(", ")}`,
      isChange: true,
      run: async ({ progress, note }) => {
        await run(connection, ["docker", "compose", "--project-name", stack, "down"], {
          become: true,
          onLine: progress,
          title: "docker compose down",
        });
        if (kept.length > 0) note(`kept the volumes ${kept.join(", ")}; remove them with --volumes`);
      },
    },
  ];
}

function docker(connection: Connection, title: string, command: string[], names: string[]): Action[] {
  if (names.length === 0) return [];
  return [
    {
      title: `${title} ${names.join(", ")}`,
      isChange: true,
      run: async () => {
        await run(connection, ["docker", ...command, ...names], {
          become: true,
          title: `docker ${command.join(" ")}`,
        });
      },
    },
  ];
}
