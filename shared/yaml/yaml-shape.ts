/** A place of a value whose shape nothing here can work with. */
export interface BadShape {
  readonly path: readonly string[];
  readonly message: string;
}

/** No file that people write comes near. */
const deepest = 100;
const tooDeep = `holds lists and maps that stand in each other more than ${deepest} deep`;
/** How much of the way to such a place is named. */
const shownDepth = 3;

/**
 * Finds lists and maps that stand in each other more than 100 deep, as they do without end where one holds itself, and
 * the key `__proto__`, which no JavaScript object can be trusted with.
 */
export function findBadShape(value: unknown): BadShape | undefined {
  // Aliases make one object stand at many places: each is measured once.
  const heights = new Map<object, number>();
  const open = new Set<object>();
  const path: string[] = [];
  let found: BadShape | undefined;
  const measure = (item: unknown): number => {
    if (typeof item !== "object" || item === null || found !== undefined) return 0;
    const known = heights.get(item);
    if (open.has(item)) found = { path: path.slice(0, shownDepth), message: "holds itself, by an alias" };
    else if (path.length + (known ?? 0) >= deepest)
      found = { path: path.slice(0, shownDepth), message: tooDeep };
    if (known !== undefined || found !== undefined) return known ?? 0;
    open.add(item);
    let height = 0;
    for (const [key, child] of Object.entries(item)) {
      path.push(key);
      if (key === "__proto__") found ??= { path: [...path], message: "is no name that can be used here" };
      height = Math.max(height, measure(child));
      path.pop();
    }
    open.delete(item);
    heights.set(item, height + 1);
    return height + 1;
  };
  measure(value);
  return found;
}
