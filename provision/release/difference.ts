import type { ContainerFacts } from "../engine/container.ts";
import { judgeContainer } from "../engine/judge-container.ts";
import type { EngineView } from "../engine/look.ts";
import type { StackFacts } from "../host/facts/facts.ts";
import { hashContent } from "../host/host-file.ts";
import { type Files, prefixed, type Release } from "./release.ts";

/** How a host differs from a release. */
export interface Drift {
  /** files to write or to remove, as the host names them; `secrets/` are named but never shown */
  files: string[];
  /** the release is not the current one, or its files were changed on the host */
  release: boolean;
  /** files that a running supervisor reads again on a reload */
  reload: boolean;
  /** services whose containers have to be made or started, or are too many */
  containers: string[];
}

/** Compares a host with a release. Pure. */
export function findDrift(release: Release, facts: StackFacts): Drift {
  const wanted: Files = {
    ...prefixed("current/", release.releaseFiles),
    ...prefixed("config/", release.configFiles),
    ...prefixed("secrets/", release.secretFiles),
  };
  const isOurs = (path: string) => path !== "config/release.json" && !path.startsWith("current/config/");
  const changed = Object.keys(wanted).filter((path) => facts.files[path] !== hashContent(wanted[path] ?? ""));
  const extra = Object.keys(facts.files).filter((path) => isOurs(path) && !(path in wanted));
  // Written with the release: where they differ, a deploy was cut off between the two.
  const cutOff = facts.files["config/release.json"] !== facts.files["current/config/release.json"];
  const files = [...changed, ...extra, ...(cutOff ? ["config/release.json"] : [])].sort();
  return {
    files,
    release: facts.current !== release.id || files.some((path) => path.startsWith("current/")),
    reload: files.some((path) => path.startsWith("config/") || path.startsWith("secrets/")),
    containers: [
      ...Object.keys(release.services).filter((service) => mustStart(service, release, facts.view)),
      ...findLeftOver(release, facts.view),
    ],
  };
}

/**
 * Whether `docker compose up` would change a service: it lacks a container, has one too many, or one of another image, or one
 * that does not run and is not done. What runs and is not well (an unhealthy container, a task that was stopped) it leaves.
 */
function mustStart(service: string, release: Release, { containers, now }: EngineView): boolean {
  const { replicas, supervisor } = release.services[service] ?? { replicas: null, supervisor: false };
  if (replicas === null) return false;
  const image = release.images.find((wanted) => wanted.service === service)?.name;
  const own = containers.filter((container) => container.service === service);
  return (
    own.length !== replicas ||
    own.some((container) => image !== undefined && container.image !== image) ||
    own.some((container) => isDown(container, now, supervisor))
  );
}

/** Services of ours that the release does not have; Compose removes them with the next start. */
function findLeftOver({ services }: Release, { containers }: EngineView): string[] {
  const names = containers.filter(({ isOurs, service }) => isOurs && !(service in services));
  return [...new Set(names.map(({ service }) => service))];
}

const DOWN = ["created", "exited", "dead", "removing"];

function isDown(container: ContainerFacts, now: Date, mustStay: boolean): boolean {
  return DOWN.includes(container.state) && judgeContainer(container, now, mustStay).verdict !== "good";
}
