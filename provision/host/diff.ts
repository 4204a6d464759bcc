/**
 * What would change in a file, for `--check --diff`: its name as unified diffs have it, then the lines that go (`- `) and come
 * (`+ `), with one line around them. Nothing where nothing changes.
 *
 * @param before undefined where there is no such file
 */
export function diffFile(path: string, before: string | undefined, after: string): string[] {
  if (before === after) return [];
  const head = [before === undefined ? "--- /dev/null" : `--- ${path}`, `+++ ${path}`];
  return [...head, ...diffLines(splitLines(before ?? ""), splitLines(after))];
}

/** Longer files are shown as gone and come in one piece: the comparison takes the product of both lengths. */
const MAX_LINES = 2000;

/** The lines that go and come between two texts, with one line of what stays around them. */
export function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const isShort = before.length <= MAX_LINES && after.length <= MAX_LINES;
  const lines = isShort
    ? compare(before, after)
    : [...before.map((text) => `- ${text}`), ...after.map((text) => `+ ${text}`)];
  const isNear = (index: number) => lines[index] !== undefined && !lines[index].startsWith("  ");
  return lines.filter((_, index) => isNear(index - 1) || isNear(index) || isNear(index + 1));
}

function splitLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** All lines of both, by their longest common subsequence. */
function compare(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  // how long the common subsequence of what is left of both can be
  const common = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const [down = 0, right = 0, both = 0] = [
        common[(i + 1) * width + j],
        common[i * width + j + 1],
        common[(i + 1) * width + j + 1],
      ];
      common[i * width + j] = before[i] === after[j] ? both + 1 : Math.max(down, right);
    }
  }
  const lines: string[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push(`  ${after[j++]}`);
      i++;
    } else if (
      j === after.length ||
      (i < before.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push(`- ${before[i++]}`);
    } else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}
