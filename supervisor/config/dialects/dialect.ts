import { plainOf, Written } from "../../../shared/written.ts";
import type { YamlSource } from "../../../shared/yaml/yaml-document.ts";
import { findAlias } from "./aliases.ts";
import { convertInterval } from "./interval.ts";
import { JobNames } from "./job-names.ts";

type Raw = Readonly<Record<string, unknown>>;
type Path = readonly PropertyKey[];

/** A task as it is in the file: where it stands, and what its keys are called there. */
interface Origin {
  readonly path: Path;
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Reads the files of the Taskmaster projects as a tasks.yaml: programs under `programs`, or each at the top level, or a
 * list of named ones, with their words for our keys. Positions still lead to the words that stand in the file.
 */
export function readDialect(source: YamlSource): YamlSource {
  if (!isRaw(source.value)) return source;
  const found = findTasks(source.value);
  if (found === undefined) return source;
  const tasks: [string, unknown][] = [];
  const origins = new Map<string, Origin>();
  for (const { name, path, value, hasInterval = false } of found.tasks) {
    // The list form's own word, which has become one of these.
    const interval: [string, string][] = hasInterval
      ? [
          ["every", "interval"],
          ["schedule", "interval"],
        ]
      : [];
    const { task, keys } = isRaw(value)
      ? renameKeys(value)
      : { task: value, keys: new Map<string, string>() };
    tasks.push([name, task]);
    origins.set(name, { path, keys: new Map([...keys, ...interval]) });
  }
  return {
    ...source,
    value: { ...convertReportAddress(found.rest), tasks: Object.fromEntries(tasks) },
    positionOf: (path, key) => source.positionOf(originalPath(path, origins), key),
  };
}

interface FoundTasks {
  readonly tasks: readonly {
    readonly name: string;
    readonly path: Path;
    readonly value: unknown;
    readonly hasInterval?: boolean;
  }[];
  /** what else stands at the top level */
  readonly rest: Raw;
}

function findTasks(file: Raw): FoundTasks | undefined {
  for (const container of ["tasks", "programs"]) {
    const { [container]: inside, ...rest } = file;
    if (Array.isArray(inside) && inside.every((item) => isRaw(item) && isName(item.name))) {
      const names = new JobNames();
      const tasks = inside.map((item: Raw, index) => {
        const { name, ...value } = item;
        return {
          name: names.take(String(name)),
          path: [container, index],
          value: convertInterval(value),
          hasInterval: "interval" in value,
        };
      });
      return { tasks, rest };
    }
    if (isRaw(inside)) {
      return {
        tasks: Object.entries(inside).map(([name, value]) => ({ name, path: [container, name], value })),
        rest,
      };
    }
  }
  const programs = Object.entries(file).filter(([, value]) => isRaw(value) && "cmd" in value);
  if (programs.length === 0 || "tasks" in file) return undefined;
  const names = new Set(programs.map(([name]) => name));
  return {
    tasks: programs.map(([name, value]) => ({ name, path: [name], value })),
    rest: Object.fromEntries(Object.entries(file).filter(([name]) => !names.has(name))),
  };
}

/** A key that stands there in our own word too keeps its name, so that it is reported. */
function renameKeys(raw: Raw): { task: Raw; keys: Map<string, string> } {
  const keys = new Map<string, string>();
  const entries = Object.entries(raw).map(([name, value]): [string, unknown] => {
    const alias = findAlias(name);
    if (alias === undefined || (alias.key !== name && alias.key in raw)) return [name, value];
    keys.set(alias.key, name);
    return [alias.key, alias.convert?.(plainOf(value)) ?? value];
  });
  return { task: Object.fromEntries(entries), keys };
}

function originalPath(path: Path, origins: ReadonlyMap<string, Origin>): Path {
  const [top, name, key, ...rest] = path;
  const origin = top === "tasks" ? origins.get(String(name)) : undefined;
  if (origin === undefined) return path;
  return key === undefined ? origin.path : [...origin.path, origin.keys.get(String(key)) ?? key, ...rest];
}

/** The Rust Taskmaster sends a report there when a program is given up. */
function convertReportAddress({ fatal_state_report_address: address, ...file }: Raw): Raw {
  if (address === undefined) return file;
  const others = Array.isArray(file.notify) ? file.notify : [];
  return { ...file, notify: [...others, { tcp: address, on: ["fatal"] }] };
}

function isName(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || value instanceof Written;
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
