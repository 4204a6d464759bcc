import { BlockList, isIP } from "node:net";
import { UserError } from "../../../shared/user-error.ts";
import { type Connection, run, shellScript } from "../../connection/connection.ts";
import type { ComposeModel } from "../../engine/compose/compose-model.ts";
import { LABELS } from "../../engine/compose/labels.ts";

/** What an engine can do, and what of its address space is in use. */
export interface EngineAbilities {
  runtimes: string[];
  logDrivers: string[];
  networkDrivers: string[];
  /** as the engine names it: `x86_64`, `aarch64` */
  architecture: string;
  cpus: number;
  /** the kernel can limit the CPU time of containers */
  limitsCpus: boolean;
  /** the kernel runs programs of other architectures: qemu is registered */
  emulates: boolean;
  subnets: { network: string; project: string; subnet: string }[];
}

// A line for each ability.
const ASK = `
set -e
docker info --format '{{range $name, $_ := .Runtimes}}runtime {{$name}}
{{end}}{{range .Plugins.Log}}log {{.}}
{{end}}{{range .Plugins.Network}}driver {{.}}
{{end}}architecture {{.Architecture}}
cpus {{.NCPU}}
limits {{and .CPUCfsPeriod .CPUCfsQuota}}'
for file in /proc/sys/fs/binfmt_misc/qemu-*; do [ ! -e "$file" ] || { echo emulates; break; }; done
ids=$(docker network ls --quiet)
[ -z "$ids" ] || docker network inspect --format \\
  '{{$name := .Name}}{{$project := or (index .Labels "${LABELS.project}") "-"}}{{range .IPAM.Config}}subnet {{.Subnet}} {{$project}} {{$name}}
{{end}}' $ids
`;

/**
 * Refuses what the engine would refuse only when Compose has begun to replace containers. The engine is asked only where a
 * stack wants something of it that not every engine can do.
 *
 * @throws UserError `engine_unable` with all that it would refuse
 */
export async function checkAbilities(
  connection: Connection,
  stack: string,
  model: ComposeModel,
): Promise<void> {
  if (!isDemanding(model)) return;
  const { stdout } = await run(connection, shellScript(ASK), {
    become: true,
    limitSeconds: 30,
    title: "asking the engine what it can do",
  });
  const refused = findRefusals(stack, model, parseAbilities(stdout));
  if (refused.length === 0) return;
  throw new UserError("engine_unable", refused.map((text) => `${connection.host}: ${text}`).join("\n"), {
    hint: "change compose.yaml, or the host: `docker info` there says what it has",
  });
}

function isDemanding({ services, networks }: ComposeModel): boolean {
  return (
    Object.values(services).some(
      ({ runtime, platform, logging, cpus }) => runtime ?? platform ?? logging?.driver ?? cpus,
    ) || Object.values(networks).some((each) => each?.ipam?.config?.length || each?.driver)
  );
}

/** Reads what the script above printed. Pure. */
export function parseAbilities(output: string): EngineAbilities {
  const lines = output.split("\n").map((line) => line.split(" "));
  const all = (kind: string) => lines.filter(([word]) => word === kind).map(([, value = ""]) => value);
  return {
    runtimes: all("runtime"),
    logDrivers: all("log"),
    networkDrivers: all("driver"),
    architecture: all("architecture")[0] ?? "",
    cpus: Number(all("cpus")[0]) || 0,
    limitsCpus: all("limits")[0] !== "false",
    emulates: all("emulates").length > 0,
    subnets: lines.flatMap(([kind, subnet = "", project = "", ...network]) =>
      kind === "subnet" ? [{ subnet, project, network: network.join(" ") }] : [],
    ),
  };
}

/** Docker's names of an architecture, by the kernel's. */
const PLATFORMS: Record<string, string[]> = {
  x86_64: ["amd64", "386", "x86_64"],
  aarch64: ["arm64", "arm", "aarch64"],
};

/** A sentence for each thing that the engine would refuse. Pure. */
export function findRefusals(
  stack: string,
  { services, networks }: ComposeModel,
  engine: EngineAbilities,
): string[] {
  const { runtimes, logDrivers, networkDrivers, architecture, cpus: count, limitsCpus, emulates } = engine;
  const list = (names: readonly string[]) => names.toSorted().join(", ");
  const ofServices = Object.entries(services).flatMap(([name, { runtime, platform, logging, cpus }]) => {
    const found: string[] = [];
    // A shim is named by its whole name and needs no entry: io.containerd.kata.v2.
    if (runtime && !runtime.includes(".") && !runtimes.includes(runtime))
      found.push(`the engine has no runtime ${runtime} (service ${name}); it has ${list(runtimes)}`);
    const driver = logging?.driver;
    // A plugin's name may be given in a longer form than the engine lists it in.
    if (driver && driver !== "none" && !/[/:]/.test(driver) && !logDrivers.includes(driver))
      found.push(`the engine has no log driver ${driver} (service ${name}); it has ${list(logDrivers)}`);
    const wanted = platform?.split("/").find((part) => part !== "linux");
    if (wanted !== undefined && !emulates && PLATFORMS[architecture]?.includes(wanted) === false)
      found.push(
        `the host is ${architecture}, and runs nothing for the platform ${platform} (service ${name})`,
      );
    if (cpus && !limitsCpus)
      found.push(`the host's kernel cannot limit CPUs, and the service ${name} wants cpus: ${cpus}`);
    else if (cpus !== undefined && count > 0 && cpus > count)
      found.push(`the host has ${count} CPUs, and the service ${name} wants cpus: ${cpus}`);
    return found;
  });
  const ofNetworks = Object.entries(networks).flatMap(([name, network]) => {
    if (network === null || network.external === true) return [];
    const { driver = "" } = network;
    const found: string[] = [];
    if (driver !== "" && !/[/:]/.test(driver) && !networkDrivers.includes(driver))
      found.push(
        `the engine has no network driver ${driver} (network ${name}); it has ${list(networkDrivers)}`,
      );
    for (const { subnet } of network.ipam?.config ?? []) {
      const other = engine.subnets.find(
        ({ project, subnet: taken }) => project !== stack && subnet !== undefined && meets(subnet, taken),
      );
      if (other !== undefined)
        found.push(
          `the subnet ${subnet} of network ${name} meets ${other.subnet} of the network ${other.network}`,
        );
    }
    return found;
  });
  return [...ofServices, ...ofNetworks];
}

/** Whether two subnets have addresses in common: one of them then begins within the other. */
function meets(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one);
}

function contains(subnet: string, inner: string): boolean {
  const [address = "", length = ""] = subnet.split("/");
  const [first = ""] = inner.split("/");
  const family = isIP(address);
  if (family === 0 || family !== isIP(first) || length === "") return false;
  const name = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(length), name);
  return list.check(first, name);
}
