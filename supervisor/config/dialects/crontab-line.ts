import type { Place } from "./converted.ts";

/** A line of a crontab or anacrontab that says something. */
export type CrontabLine = { readonly place: Place } & (
  | { readonly kind: "variable"; readonly name: string; readonly value: string }
  | { readonly kind: "job"; readonly text: string }
);

/** A name may stand in quotes, and hold whatever is no blank and no equals sign (crontab(5)). */
const assignment = /^(?:"([^"=]*)"|'([^'=]*)'|([^\s="'@*][^\s=]*))\s*=\s*(.*)$/;

/** The lines of a crontab without comments and blanks. A variable's value may stand in quotes. */
export function listCrontabLines(text: string, file: string): CrontabLine[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((line, index): CrontabLine[] => {
      const trimmed = line.trim();
      if (trimmed === "" || trimmed.startsWith("#")) return [];
      const place = { file, line: index + 1 };
      const [, double, single, bare, value] = assignment.exec(trimmed) ?? [];
      const name = double ?? single ?? bare;
      if (name === undefined || name === "" || value === undefined)
        return [{ kind: "job", text: trimmed, place }];
      return [{ kind: "variable", name, value: value.replace(/^(["'])(.*)\1$/, "$2"), place }];
    });
}
