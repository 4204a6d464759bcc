import * as z from "zod";
import { UserError } from "../../../shared/user-error.ts";
import { type Connection, shellScript } from "../../connection/connection.ts";
import { packFiles } from "../../release/pack-files.ts";
import type { Files } from "../../release/release.ts";

const Port = z.looseObject({
  published: z.coerce.string().optional(),
  protocol: z.string().default("tcp"),
  host_ip: z.string().default(""),
});

const DevicePaths = z.looseObject({ source: z.string() }).transform(({ source }) => source);

/** `/dev/kvm:/dev/kvm:rwm`, as Compose before 2.27 prints it, or its parts. */
const Device = z.union([z.string().transform((text) => text.split(":")[0] ?? ""), DevicePaths]);

const Volume = z.looseObject({
  type: z.string().default("volume"),
  source: z.string().optional(),
  bind: z.looseObject({ create_host_path: z.boolean().optional() }).nullish(),
});

/** A network, volume, secret or config of a stack. */
const Resources = z
  .record(
    z.string(),
    z
      .looseObject({
        name: z.string().optional(),
        external: z.boolean().optional(),
        file: z.string().optional(),
        driver: z.string().optional(),
        ipam: z
          .looseObject({ config: z.array(z.looseObject({ subnet: z.string().optional() })).nullish() })
          .nullish(),
      })
      .nullable(),
  )
  .default({});

/** What is read here of Compose's own reading of a stack: `docker compose config --format json`. */
export const ComposeModel = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string().optional(),
      network_mode: z.string().optional(),
      pull_policy: z.string().optional(),
      ports: z.array(Port).default([]),
      container_name: z.string().optional(),
      devices: z.array(Device).default([]),
      volumes: z.array(Volume).default([]),
      runtime: z.string().optional(),
      platform: z.string().optional(),
      logging: z.looseObject({ driver: z.string().optional() }).nullish(),
      cpus: z.coerce.number().optional(),
    }),
  ),
  networks: Resources,
  volumes: Resources,
  secrets: Resources,
  configs: Resources,
});
export type ComposeModel = z.infer<typeof ComposeModel>;

const READ = `
set -e
umask 077
stack=$1 root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -x --no-same-owner -C "$work"
[ -e "$work/complete" ] || { echo "the transfer was cut off" >&2; exit 1; }
timeout 60 docker compose --project-name "$stack" --project-directory "$root" --env-file "$work/.env" \\
  --file "$work/compose.yaml" --file "$work/compose.longshore.yaml" config --format json
`;

/** What Compose on the host makes of a stack's files, and what it warns of. */
export interface ComposeReading {
  model: ComposeModel;
  warnings: string[];
}

/**
 * Has Compose on the host read a release's files, before anything of them is put in place.
 *
 * @throws UserError `compose_invalid` with Compose's own words
 */
export async function readComposeModel(
  connection: Connection,
  { stack, root, files }: { stack: string; root: string; files: Files },
): Promise<ComposeReading> {
  const { code, stdout, stderr } = await connection.exec(shellScript(READ, stack, root), {
    become: true,
    // Variables of the inventory stand in it with their values.
    isConfidential: true,
    input: packFiles(files),
  });
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const words = lines.map(readMessage);
  if (code !== 0) {
    const reason = words.slice(-4).join("\n    ") || `docker compose config failed with code ${code}`;
    throw new UserError("compose_invalid", `Compose on ${connection.host} refuses compose.yaml: ${reason}`);
  }
  return { model: ComposeModel.parse(JSON.parse(stdout)), warnings: words };
}

/** `time="…" level=warning msg="…"` is logrus's form; the message is what people need. */
function readMessage(line: string): string {
  const [, quoted] = /\bmsg=("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
  try {
    return quoted === undefined ? line.trim() : String(JSON.parse(quoted));
  } catch {
    return line.trim();
  }
}
