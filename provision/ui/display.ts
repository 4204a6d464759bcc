import type { ListrBaseClassOptions } from "listr2";
import { colors as pc } from "./colors.ts";

/** How progress is shown: a live tree, prefixed lines, or nothing (for `--json`). */
export type Display = "tree" | "plain" | "silent";

/** @param options.verbose commands are shown, for which a tree has no room */
export function chooseDisplay(options: { json: boolean; isTTY: boolean; verbose?: boolean }): Display {
  if (options.json) return "silent";
  return options.isTTY && options.verbose !== true ? "tree" : "plain";
}

/** listr2's options for a display. */
export function listrOptions(
  display: Display,
  base: { concurrent: number | boolean; exitOnError: boolean },
): ListrBaseClassOptions {
  const common = { ...base, collectErrors: false as const, registerSignalListeners: false };
  switch (display) {
    case "tree":
      return {
        ...common,
        renderer: "default",
        rendererOptions: {
          collapseSubtasks: false,
          collapseErrors: false,
          showErrorMessage: true,
          timer: {
            condition: (milliseconds: number) => milliseconds >= 100,
            field: (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`,
            format: () => pc.dim,
          },
        },
      } as unknown as ListrBaseClassOptions;
    case "plain":
    case "silent":
      return { ...common, renderer: "silent" } as unknown as ListrBaseClassOptions;
  }
}
