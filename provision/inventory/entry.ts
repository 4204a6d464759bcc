import type { Place } from "./findings.ts";
import type { VariableValue } from "./python/value.ts";

export type SectionKind = "hosts" | "children" | "vars";

/** A line without the blanks around it, and where it begins. */
export interface Line {
  readonly text: string;
  readonly at: Place;
}

/** A variable and where its name stands. */
export interface Assignment {
  readonly name: string;
  readonly value: VariableValue;
  readonly at: Place;
}

/** One thing that a line of the inventory says, in the order of the file: the order decides, as in Ansible. */
export type Entry =
  | { readonly kind: "section"; readonly group: string; readonly section: SectionKind; readonly at: Place }
  | {
      readonly kind: "hosts";
      readonly group: string;
      readonly names: readonly string[];
      readonly port: number | undefined;
      readonly variables: readonly Assignment[];
      readonly at: Place;
    }
  | { readonly kind: "child"; readonly group: string; readonly child: string; readonly at: Place }
  | { readonly kind: "variable"; readonly group: string; readonly variable: Assignment; readonly at: Place };
