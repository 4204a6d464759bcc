/** dockerd's flags of one letter. */
const SHORT: Record<string, string> = {
  D: "debug",
  G: "group",
  H: "hosts",
  b: "bridge",
  g: "data-root",
  l: "log-level",
  p: "pidfile",
  s: "storage-driver",
};

/** Flags whose key in daemon.json has another name: that of the list which the flag adds to (moby, daemon/config). */
const KEYS: Record<string, string> = {
  "add-runtime": "runtimes",
  "authorization-plugin": "authorization-plugins",
  "cdi-spec-dir": "cdi-spec-dirs",
  "default-address-pool": "default-address-pools",
  "default-network-opt": "default-network-opts",
  "default-ulimit": "default-ulimits",
  "dns-opt": "dns-opts",
  "exec-opt": "exec-opts",
  graph: "data-root",
  host: "hosts",
  "insecure-registry": "insecure-registries",
  label: "labels",
  "log-opt": "log-opts",
  "node-generic-resource": "node-generic-resources",
  "registry-mirror": "registry-mirrors",
  "storage-opt": "storage-opts",
};

/**
 * The keys of daemon.json that dockerd's arguments set, with the flag as it stands there. The engine does not start where a
 * key is in both (dockerd(8), "DAEMON CONFIGURATION FILE"). Pure.
 */
export function keysOfFlags(args: readonly string[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const word of args) {
    const [, long] = /^--([a-z0-9-]+)/.exec(word) ?? [];
    const [, short = ""] = /^-([A-Za-z])/.exec(word) ?? [];
    const key = long === undefined ? SHORT[short] : (KEYS[long] ?? long);
    if (key !== undefined) keys.set(key, long === undefined ? `-${short}` : `--${long}`);
  }
  return keys;
}

/** The value of a flag, `--log-driver=journald` or `--log-driver journald`; undefined where it is not given. */
export function valueOfFlag(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const word = args[at] ?? "";
  return word.includes("=") ? word.slice(word.indexOf("=") + 1) : args[at + 1];
}

/** Keys that no flag stands for, and those whose flag has another name. */
export const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...Object.values(KEYS),
  ...["builder", "features", "deprecated-key-path"],
]);
