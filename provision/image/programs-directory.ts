import { fileURLToPath } from "node:url";

/** dist/ of the checkout: this file runs from there (bundled) or from provision/image/ (in development). */
export function programsDirectory(): string {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const root = here.replace(/(dist(\/chunks)?|provision\/image)\/$/, "");
  return `${root}dist`;
}
