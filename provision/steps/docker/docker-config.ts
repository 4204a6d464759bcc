import { isDeepStrictEqual } from "node:util";
import { diffFile } from "../../host/diff.ts";
import type { Facts } from "../../host/facts/facts.ts";
import type { ApplyContext, Step } from "../../host/step.ts";
import { configureEngine, validateEngineConfig } from "./configure-engine.ts";
import {
  argumentsOf,
  breakingKeys,
  checkEngineConfig,
  type EngineConfig,
  formatEngineConfig,
  hasMark,
  mergeEngineConfig,
  readEngineConfig,
} from "./engine-config.ts";
import { keysOfFlags } from "./engine-flags.ts";
import { refuseEngineTrouble } from "./engine-troubles.ts";

/**
 * The engine's configuration. Written before the engine is there, so that its first start reads it; but not before it is known
 * that it can be installed: a refusal leaves nothing behind. A running engine is
 * restarted only where that stops no container: under live-restore, or where none runs; otherwise it reads the file when it is
 * restarted the next time.
 *
 * @param choosePackages throws where the missing engine cannot be installed
 */
export function dockerConfig(
  asked: EngineConfig = {},
  choosePackages: (context: ApplyContext) => Promise<void> = async () => {},
): Step {
  return {
    id: "docker-config",
    title: "engine configuration",
    check(facts) {
      refuseEngineTrouble(facts);
      const { docker, init } = facts;
      // An engine that was started by hand is its owner's to configure: it may have its settings in its arguments.
      if (init === "none" && docker.installed) return undefined;
      const present = readEngineConfig(docker);
      const args = argumentsOf(facts);
      const wanted = mergeEngineConfig(present, asked, { swarm: docker.swarm, args });
      checkEngineConfig(facts, wanted, asked);
      const changed = Object.keys(wanted).filter((key) => !isDeepStrictEqual(present[key], wanted[key]));
      const marked = hasMark(docker.config);
      const reason = reasonNotToRestart(facts, wanted, changed);
      const isUnread = docker.configIsNewer && docker.serverVersion !== undefined && reason === undefined;
      if (changed.length === 0 && !marked && !isUnread) return undefined;
      const isWritten = changed.length > 0 || marked;
      const text = isWritten ? formatEngineConfig(wanted, docker.config) : (docker.config ?? "{}\n");
      const summary = [...(marked ? ["no byte order mark (BOM)"] : []), ...changed].join(", ");
      return {
        summary: isWritten ? summary : "restart, to read what has changed",
        details: [
          ...diffFile(docker.configFile, docker.config, text),
          ...(docker.serverVersion === undefined
            ? []
            : [`  ${reason === undefined ? "the engine is restarted" : describeDelay(reason)}`]),
        ],
        rehearse: (context) => validateEngineConfig(context, text, args),
        apply: async (context) => {
          if (!docker.installed) await choosePackages(context);
          await validateEngineConfig(context, text, args);
          const done = await configureEngine(context, text, reason === undefined);
          if (docker.serverVersion !== undefined)
            context.note(reason === undefined ? done : describeDelay(reason));
        },
      };
    },
  };
}

const describeDelay = (reason: string) => `read at the engine's next start: ${reason}`;

/** Why the running engine must go on with what it has read; undefined where a restart stops nothing. Pure. */
export function reasonNotToRestart(
  facts: Facts,
  wanted: EngineConfig,
  changed: readonly string[],
): string | undefined {
  const { docker, init } = facts;
  if (docker.serverVersion === undefined) return undefined;
  if (init === "none" || docker.arguments === undefined) return "systemd has no unit docker.service";
  if (docker.byHand) return "it was not started by its unit docker.service";
  if (docker.swarm) return "the host is a node of a swarm";
  if (docker.containerCount === 0) return undefined;
  const run = docker.containerCount === 1 ? "1 container runs" : `${docker.containerCount} containers run`;
  const byFlag = keysOfFlags(docker.arguments).has("live-restore");
  if (!(byFlag ? docker.liveRestore : wanted["live-restore"] === true)) return `${run} without live-restore`;
  // What somebody else changed since the engine's start is not known.
  const breaking = breakingKeys(docker.configIsNewer ? Object.keys(wanted) : changed);
  return breaking.length === 0 ? undefined : `${run}, and would not outlive another ${breaking.join(", ")}`;
}
