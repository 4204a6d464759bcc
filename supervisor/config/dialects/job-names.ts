/** A name is typed by people, and is that of a folder. */
const longest = 60;

/** Gives jobs names that are not taken: the program that they run, and a number where several run it. */
export class JobNames {
  private readonly taken = new Set<string>();
  /** the number that is to be tried next after a name */
  private readonly next = new Map<string, number>();

  take(wanted: string): string {
    // Not __proto__, which is no key of a map.
    const plain = wanted.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^([^A-Za-z0-9_]+|_+proto_+$)/, "");
    const base = plain.slice(0, longest).replace(/-+$/, "") || "job";
    let name = base;
    let number = this.next.get(base) ?? 2;
    for (; this.taken.has(name); number += 1) name = `${base}-${number}`;
    this.next.set(base, number);
    this.taken.add(name);
    return name;
  }
}

/** Words of a shell that stand before the program that a command line is about. */
const leading = new Set([
  "test",
  "[",
  "cd",
  "if",
  "then",
  "exec",
  "nice",
  "ionice",
  "sudo",
  "env",
  "command",
  "!",
  "(",
]);

/** What a command line is about: the base name of the first program that is no mere wrapper or check. */
export function nameCommand(command: string): string {
  for (const part of command.split(/&&|\|\||[;|]/)) {
    const words = part
      .replace(/^[\s({]+/, "")
      .split(/\s+/)
      .filter((word) => !/^(\w+=|-)/.test(word));
    const [first = ""] = words;
    const program =
      leading.has(first) && (first === "nice" || first === "exec" || first === "sudo") ? words[1] : first;
    if (program !== undefined && program !== "" && !leading.has(program))
      return program.split("/").at(-1) ?? program;
  }
  return "job";
}
