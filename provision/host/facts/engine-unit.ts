/** Properties of a unit, as `systemctl show` prints them. */
export type UnitProperties = Record<string, string>;

/** The blocks that `systemctl show` prints for several units, an empty line between. */
export function splitUnits(text: string): UnitProperties[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== "")
    .map((block) =>
      Object.fromEntries(
        block.split("\n").flatMap((line) => {
          const at = line.indexOf("=");
          return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
        }),
      ),
    );
}

/**
 * The arguments that a unit's ExecStart gives its program, with its variables filled in as systemd does it: `$NAME` as a word
 * of its own becomes as many words as its value has, `${NAME}` stays one (systemd.service(5), "COMMAND LINES").
 *
 * @param environmentFiles the content of the unit's EnvironmentFile=s
 */
export function readArguments(unit: UnitProperties, environmentFiles: string): string[] {
  const [, line = ""] = /argv\[\]=(.*?) ; ignore_errors=/.exec(unit.ExecStart ?? "") ?? [];
  const own = [...(unit.Environment ?? "").matchAll(/"([^"]*)"|\S+/g)].map(
    ([word, quoted]) => quoted ?? word,
  );
  const variables = { ...readVariables(own.join("\n")), ...readVariables(environmentFiles) };
  const [, ...words] = line.split(" ").filter((word) => word !== "");
  return words.flatMap((word) => {
    const [, name] = /^\$([A-Za-z_]\w*)$/.exec(word) ?? [];
    if (name !== undefined) return (variables[name] ?? "").split(/\s+/).filter((part) => part !== "");
    return [word.replace(/\$\{([A-Za-z_]\w*)\}/g, (_, key: string) => variables[key] ?? "")];
  });
}

/** Lines of an environment file: `NAME=value`, `NAME="a value"`, comments. */
function readVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [, name = "", value = ""] = /^\s*([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      return name === "" ? [] : [[name, value.trim().replace(/^(["'])(.*)\1$/, "$2")]];
    }),
  );
}
