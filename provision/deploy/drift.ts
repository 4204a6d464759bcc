import type { StackFacts } from "../facts/facts.ts";
import { hashContent } from "../steps/host-file.ts";
import { type Files, prefixed, type Release } from "./release.ts";

/** How a host differs from a release. */
export interface Drift {
  /** files to write or to remove, as the host names them; `secrets/` are named but never shown */
  files: string[];
  /** the release is not the current one, or its files were changed on the host */
  release: boolean;
  /** files that a running supervisor reads again on a reload */
  reload: boolean;
  /** services that are not running as the release wants them */
  containers: string[];
}

/** Compares a host with a release. Pure. */
export function findDrift(release: Release, services: string[], facts: StackFacts): Drift {
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
    containers: services.filter((service) => !isAsWanted(service, release, facts)),
  };
}

function isAsWanted(service: string, release: Release, facts: StackFacts): boolean {
  const image = release.images.find((wanted) => wanted.service === service)?.name;
  const running = facts.containers.filter(
    (container) => container.service === service && ["running", "completed"].includes(container.state),
  );
  return running.some(
    (container) =>
      (image === undefined || container.image === image) &&
      (container.health === "healthy" || container.health === "none"),
  );
}
