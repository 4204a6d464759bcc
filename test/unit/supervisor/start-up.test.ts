import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { bundleSupervisor } from "../../../scripts/bundle-supervisor.ts";

const programs = ["supervisor/daemon.ts", "supervisor/longshorectl.ts"];
let inputs: Metafile["inputs"] = {};

beforeAll(async () => {
  const options = { bundle: true, write: false, platform: "node", format: "cjs", outdir: "." } as const;
  const { metafile } = await build({
    ...options,
    entryPoints: programs,
    external: ["koffi"],
    metafile: true,
  });
  inputs = metafile.inputs;
});

/** The packages that a file loads as it is loaded itself: what it imports when it needs it is not among them. */
function listPackages(file: string): string[] {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { kind, path: next } of inputs[path]?.imports ?? [])
      if (kind !== "dynamic-import") visit(next);
  };
  visit(file);
  const names = [...seen].flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(names)].sort();
}

// zod and yaml take more memory than all else that longshored is made of, and more time than a command of longshorectl.
test.each([
  ["supervisor/daemon.ts", ["croner"]],
  ["supervisor/longshorectl.ts", ["commander", "picocolors"]],
])("%s begins with few packages", (file, packages) => {
  expect(listPackages(file)).toEqual(packages);
});

test("longshored.cjs has no text of its tools, which would stay in the memory of what runs tasks", async () => {
  const folder = mkdtempSync(join(tmpdir(), "longshore-bundle-"));
  try {
    await bundleSupervisor(folder);
    const readProgram = (name: string): string => readFileSync(join(folder, `${name}.cjs`), "utf8");
    expect(readProgram("longshored-tools")).toContain("YAMLParseError");
    expect(readProgram("longshored")).not.toContain("YAMLParseError");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
