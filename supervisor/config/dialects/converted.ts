import type { Problem } from "../../../shared/problem.ts";

/** A line of a file that is converted. */
export interface Place {
  /** as the user named it */
  readonly file: string;
  /** counts from 1 */
  readonly line: number;
}

/** A file in canonical form, and what of the original it cannot say. */
export interface Converted {
  readonly file: Readonly<Record<string, unknown>>;
  readonly notes: Notes;
}

interface Remark {
  readonly place: Place | undefined;
  readonly text: string;
}

/** What is to be said of a conversion: remarks, which go with the result, and problems, which forbid it. */
export class Notes {
  private readonly said: Remark[] = [];
  readonly problems: Problem[] = [];
  private readonly places = new Map<string, Place>();
  private readonly known = new Set<string>();

  /** What differs, at a line or in general. It is said once, however often it is found. */
  remark(place: Place | undefined, text: string): void {
    if (this.isNew("remark", place, text)) this.said.push({ place, text });
  }

  /** What cannot be converted, and what its author can do. */
  refuse(place: Place | undefined, message: string, hint?: string): void {
    const position = place === undefined ? undefined : { line: place.line, column: 1 };
    if (!this.isNew("problem", place, message)) return;
    this.problems.push({ file: place?.file ?? "", position, path: "", message, hint });
  }

  private isNew(kind: string, place: Place | undefined, text: string): boolean {
    const key = JSON.stringify([kind, place?.file, place?.line, text]);
    if (this.known.has(key)) return false;
    this.known.add(key);
    return true;
  }

  /** Remembers the line that a key of the result comes from: `tasks.web.command`. */
  locate(path: readonly string[], place: Place | undefined): void {
    if (place !== undefined) this.places.set(path.join("\0"), place);
  }

  /** The line that a path of the result, or the nearest of its parents, comes from. */
  placeOf(path: readonly string[]): Place | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const place = this.places.get(path.slice(0, length).join("\0"));
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** One line each, the general ones first and then in the order of the lines. */
  get remarks(): string[] {
    const files = [...new Set(this.said.map(({ place }) => place?.file))];
    const order = ({ place }: Remark): number => (place === undefined ? -1 : files.indexOf(place.file));
    return this.said
      .toSorted((a, b) => order(a) - order(b) || (a.place?.line ?? 0) - (b.place?.line ?? 0))
      .map(({ place, text }) => flatten(place === undefined ? text : `${place.file}:${place.line}: ${text}`));
  }
}

/** A text of one line: a value may hold line breaks, and a remark becomes a comment. */
function flatten(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]+\s*/g, " ");
}

/** A text as a value in tasks.yaml, where `$` begins a variable and `$$` is a dollar sign. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}
