import type * as z from "zod";

type Path = readonly PropertyKey[];

/** What this reads of a zod schema: the public `_zod.def` of zod 4, narrowed to the shapes that hold other schemas. */
interface SchemaDef {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
}

/**
 * The keys that a schema knows at a path of its input: what a misspelt key could have meant.
 * Every branch of a union counts. Empty where the schema takes any key (a record) or none.
 */
export function listKnownKeys(schema: z.core.$ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path).flatMap((found) => Object.keys(defOf(found).shape ?? {}));
  return [...new Set(keys)];
}

function defOf(schema: z.core.$ZodType): SchemaDef {
  return schema._zod.def as unknown as SchemaDef;
}

function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  const def = defOf(schema);
  if (def.options !== undefined) return def.options.flatMap((option) => schemasAt(option, path));
  if (def.innerType !== undefined) return schemasAt(def.innerType, path);
  if (def.type === "pipe" && def.in !== undefined && def.out !== undefined) {
    // A preprocess step has its schema on the out side, a transform on the in side.
    return [def.in, def.out].flatMap((side) =>
      defOf(side).type === "transform" ? [] : schemasAt(side, path),
    );
  }
  const [head, ...rest] = path;
  if (head === undefined) return [schema];
  const child = def.shape?.[String(head)] ?? def.element ?? def.valueType;
  return child === undefined ? [] : schemasAt(child, rest);
}
