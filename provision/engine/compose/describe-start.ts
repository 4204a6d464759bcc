/** A container of a stack, after Compose had its way with it. */
export interface ServiceContainer {
  service: string;
  isRunning: boolean;
}

/**
 * What became of the containers of a release that was found good. Pure.
 *
 * @param started the services whose containers did not run before
 * @returns `started web; healthy`, `started migrate, web; migrate is done, the rest is healthy`
 */
export function describeStart(started: readonly string[], all: readonly ServiceContainer[]): string {
  if (started.length === 0) return "none had to be replaced";
  const words = `started ${started.join(", ")}`;
  const done = [...new Set(all.filter(({ isRunning }) => !isRunning).map(({ service }) => service))];
  if (done.length === 0) return `${words}; healthy`;
  const rest = all.some(({ isRunning }) => isRunning) ? "the rest is healthy" : "nothing runs now";
  return `${words}; ${done.join(", ")} ${done.length === 1 ? "is" : "are"} done, ${rest}`;
}
