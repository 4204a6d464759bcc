import { parseWanted } from "../../engine/compose/wanted.ts";
import { parseLook } from "../../engine/look.ts";
import { parseEngineFacts } from "./engine-facts.ts";
import type { Facts, StackFacts, UnitFacts } from "./facts.ts";

/** Reads what the facts script printed. Unknown keys are passed over, missing ones stay empty. */
export function parseFacts(output: string): Facts {
  const lines = output.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at < 0 ? [] : [{ key: line.slice(0, at), value: line.slice(at + 1) }];
  });
  const one = (key: string): string => lines.find((line) => line.key === key)?.value ?? "";
  const all = (key: string): string[] => lines.filter((line) => line.key === key).map((line) => line.value);
  const below = (prefix: string): [string, string][] =>
    lines
      .filter((line) => line.key.startsWith(`${prefix}.`))
      .map(({ key, value }) => [key.slice(prefix.length + 1), value]);
  const writable = new Set(below("sysctlWritable").map(([key]) => key));
  return {
    os: {
      id: one("os.id"),
      versionId: one("os.versionId"),
      codename: one("os.codename"),
      prettyName: one("os.prettyName"),
    },
    architecture: one("architecture"),
    init: one("init") === "systemd" ? "systemd" : "none",
    loginUser: one("loginUser"),
    groups: one("groups").split(" ").filter(Boolean),
    packages: Object.fromEntries(below("package")),
    heldPackages: all("heldPackage"),
    brokenPackages: all("brokenPackage"),
    dpkgInterrupted: one("dpkgInterrupted") === "yes",
    candidates: Object.fromEntries(below("candidate")),
    firstBoot: one("firstBoot") === "yes",
    docker: parseEngineFacts(one, all),
    sysctl: Object.fromEntries(
      below("sysctl").map(([key, value]) => [key, { value, writable: writable.has(key) }]),
    ),
    files: Object.fromEntries(below("file").map(([path, base64]) => [path, decode(base64)])),
    directories: Object.fromEntries(below("directory")),
    units: Object.fromEntries(below("unit").map(([name, words]) => [name, parseUnit(words)])),
    swapBytes: Number(one("swapBytes")) || 0,
    sshd: groupValues(below("sshd")),
    sshPort: Number(one("sshPort")) || undefined,
    unsettled: all("unsettled"),
    firewallLoaded: one("firewallLoaded") === "yes",
    stack: one("stack") === "" ? undefined : parseStackFacts(one, all, output),
  };
}

const decode = (base64: string) => Buffer.from(base64, "base64").toString("utf8");

function parseUnit(words: string): UnitFacts {
  const [state, active] = words.split(" ");
  return { enabled: state === "enabled", active: active === "active", masked: state?.startsWith("masked") };
}

/** A setting may stand more than once: sshd listens on several ports. */
function groupValues(pairs: [string, string][]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [key, value] of pairs) groups[key] = [...(groups[key] ?? []), value];
  return groups;
}

function parseStackFacts(
  one: (key: string) => string,
  all: (key: string) => string[],
  output: string,
): StackFacts {
  return {
    current: one("stack.current") || undefined,
    files: Object.fromEntries(
      all("stack.file").map((line) => [
        line.slice(65).replace(/^\.\//, "").replace("current//", "current/"),
        line.slice(0, 64),
      ]),
    ),
    view: parseLook(output),
    wanted: parseWanted(decode(one("stack.wanted")) ?? ""),
    history: decode(one("stack.history")) ?? "",
  };
}
