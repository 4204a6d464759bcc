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

/** All schemas that a value at a path of the input may fulfil: wrappers, and every branch of a union. */
export function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>(schemasBelow, [schema]).flatMap(unwrap);
}

/** The schemas of a value's member, as {@link schemasAt} for one more key. */
export function schemasBelow(schemas: readonly z.core.$ZodType[], key: PropertyKey): z.core.$ZodType[] {
  return schemas.flatMap(unwrap).flatMap((schema) => {
    const def = defOf(schema);
    const { shape = {} } = def;
    const child = Object.hasOwn(shape, key) ? shape[String(key)] : (def.element ?? def.valueType);
    return child === undefined ? [] : [child];
  });
}

/** A schema itself, and those that it is made of. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = defOf(schema);
  if (def.options !== undefined) return [schema, ...def.options.flatMap(unwrap)];
  if (def.innerType !== undefined) return [schema, ...unwrap(def.innerType)];
  if (def.type !== "pipe" || def.in === undefined || def.out === undefined) return [schema];
  // A preprocess step has its schema on the out side, a transform on the in side.
  const sides = [def.in, def.out].filter((side) => defOf(side).type !== "transform");
  return [schema, ...sides.flatMap(unwrap)];
}

function defOf(schema: z.core.$ZodType): SchemaDef {
  return schema._zod.def as unknown as SchemaDef;
}
