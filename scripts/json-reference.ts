import * as z from "zod";

type Schema = z.core.JSONSchema.BaseSchema;

/** A shape as a table of Markdown: a row a key, those of a shape within it by their path. @param links what is described elsewhere */
export function renderShape(shape: z.ZodType, links: ReadonlyMap<z.core.$ZodType, string>): string {
  const schema = z.toJSONSchema(shape, {
    reused: "inline",
    override: ({ zodSchema, jsonSchema, path }) => {
      const link = path.length === 0 ? undefined : links.get(zodSchema);
      if (link === undefined) return;
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key as keyof Schema];
      jsonSchema.title = link;
    },
  });
  const rows = rowsOf(schema, "").map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`);
  return ["| key | type | |", "|---|---|---|", ...rows].join("\n");
}

function rowsOf(schema: Schema, prefix: string): string[][] {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const property = value as Schema;
    const path = `${prefix}${key}`;
    const type = `${typeOf(property)}${required.has(key) ? "" : ", optional"}`;
    const { inner, suffix } = unwrap(property);
    return [[`\`${path}\``, type, property.description ?? ""], ...rowsOf(inner, `${path}${suffix}.`)];
  });
}

/** The shape that a property holds, through lists and `null`. */
function unwrap(schema: Schema): { inner: Schema; suffix: string } {
  if (schema.type === "array") {
    const { inner, suffix } = unwrap(schema.items as Schema);
    return { inner, suffix: `[]${suffix}` };
  }
  const other = alternatives(schema).find(({ type }) => type !== "null");
  return other === undefined ? { inner: schema, suffix: "" } : unwrap(other);
}

function typeOf(schema: Schema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(", ");
  if (schema.type === "array") return `list: ${typeOf(schema.items as Schema)}`;
  const others = alternatives(schema);
  return others.length > 0 ? others.map(typeOf).join(" or ") : [schema.type].flat().join(" or ");
}

function alternatives(schema: Schema): Schema[] {
  return (schema.anyOf ?? []) as Schema[];
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
