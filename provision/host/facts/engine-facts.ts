import { readArguments, splitUnits } from "./engine-unit.ts";
import type { Facts } from "./facts.ts";

/** States of a unit whose engine may answer (systemd: UnitActiveState). */
const RUNS = new Set(["active", "reloading", "activating", "deactivating", "refreshing"]);

/** What the facts script printed of the engine. */
export function parseEngineFacts(
  one: (key: string) => string,
  all: (key: string) => string[],
): Facts["docker"] {
  const [version, swarmState, liveRestore, running, paused] = one("docker.info").split(" ").map(parseWord);
  const answers = typeof version === "string" && version !== "";
  const units = splitUnits(decode(one("docker.units")));
  const service = units.find(({ Id }) => Id === "docker.service");
  return {
    installed: one("docker.installed") === "yes",
    client: one("docker.client") === "yes",
    snap: one("docker.snap") === "yes",
    serverVersion: answers ? version : undefined,
    hung: one("docker.hung") === "yes",
    composeVersion: one("docker.composeVersion") || undefined,
    byHand: answers && service?.ActiveState !== undefined && !RUNS.has(service.ActiveState),
    enabled: one("docker.enabled") === "enabled" || service?.UnitFileState === "enabled",
    configFile: one("docker.configFile") || "/etc/docker/daemon.json",
    configTarget: one("docker.configTarget") || undefined,
    config: all("docker.config").map(decode)[0],
    configIsNewer: one("docker.configIsNewer") === "yes",
    // Any state but these two is a membership: pending, active, error, locked.
    swarm: answers
      ? swarmState !== "inactive" && swarmState !== "" && swarmState !== null
      : one("docker.swarmState") === "yes",
    liveRestore: liveRestore === true,
    containerCount: (Number(running) || 0) + (Number(paused) || 0),
    containers: all("docker.container"),
    arguments:
      service === undefined || service.LoadState === "not-found"
        ? undefined
        : readArguments(service, all("docker.environment").map(decode).join("\n")),
    maskedUnits: units.filter(({ LoadState }) => LoadState === "masked").map(({ Id = "" }) => Id),
  };
}

const decode = (base64: string) => Buffer.from(base64, "base64").toString("utf8");

/** A word of the engine's answer is JSON; nothing at all where there was no answer. */
function parseWord(word: string): unknown {
  try {
    return JSON.parse(word);
  } catch {
    return undefined;
  }
}
