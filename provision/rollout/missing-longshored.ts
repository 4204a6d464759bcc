import { describeArgv } from "../engine/pid-one.ts";
import type { WantedImage } from "../image/image.ts";

const LINES = [
  { wanted: "COPY longshore/ /opt/longshore/", there: /^\s*(COPY|ADD)\s.*\blongshore\//m },
  {
    wanted:
      "RUN ln -s /opt/longshore/longshored.cjs /usr/local/bin/longshored && ln -s /opt/longshore/longshorectl.cjs /usr/local/bin/longshorectl",
    there: /longshored\.cjs/m,
  },
  { wanted: 'ENTRYPOINT ["/usr/local/bin/longshored"]', there: /^\s*(ENTRYPOINT|CMD)\s+\[[^\]]*longshored/m },
];

/**
 * The way out where a container's PID 1 is not longshored: the lines that its Dockerfile lacks, or what of compose.yaml puts
 * something else in front. Pure.
 *
 * @param image of the service; undefined where it is not built here
 * @param pidOne the command line that was seen instead
 */
export function adviseLongshored(
  service: string,
  image: WantedImage | undefined,
  pidOne: readonly string[],
): string {
  if (image === undefined) {
    const lines = LINES.map(({ wanted }) => `\n    ${wanted}`).join("");
    return `the image of ${service} is not built here: give the service a \`build:\` with a Dockerfile FROM that image (it needs Node), and these lines:${lines}\n  or take  supervisor: ${service}  out of x-longshore`;
  }
  const text = readDockerfile(image);
  const missing = LINES.filter(({ there }) => !there.test(text)).map(({ wanted }) => wanted);
  if (missing.length > 0) {
    const lines = missing.map((line) => `\n    ${line}`).join("");
    return `${image.dockerfile} of ${service} lacks ${missing.length === 1 ? "this line" : "these lines"}:${lines}`;
  }
  const first = pidOne[0]?.split("/").at(-1) ?? "";
  if (first === "docker-init" || first === "tini")
    return `take  init: true  from ${service} in compose.yaml: longshored does that work itself`;
  return `its Dockerfile starts longshored; \`entrypoint\` or \`command\` of ${service} in compose.yaml, or a later line of the Dockerfile, put "${describeArgv(pidOne)}" in its place`;
}

function readDockerfile({ dockerfile, entries }: WantedImage): string {
  const content = entries.find(({ path }) => path === dockerfile.replace(/^\.\//, ""))?.content;
  return Buffer.isBuffer(content) ? content.toString("utf8") : "";
}
