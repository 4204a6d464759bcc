import * as z from "zod";
import { schemasAt, schemasBelow } from "./known-keys.ts";

/** A number or boolean of a YAML file whose text says more than its value: `1.10`, `0755`, `1234567e8`, `True`. */
export class Written {
  constructor(
    readonly value: number | boolean,
    readonly text: string,
  ) {}

  toString(): string {
    return this.text;
  }
}

const asWritten = z.registry<{ text: true }>();

/** A text that may be written without quotes where YAML sees a number or a boolean: it is what stands in the file. */
export const Text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .register(asWritten, { text: true });

/** Whether a place of a schema's input takes what stands in the file. */
export function takesText(schema: z.core.$ZodType, path: readonly PropertyKey[]): boolean {
  return schemasAt(schema, path).some((found) => asWritten.has(found));
}

/** The value of a scalar without its text. */
export function plainOf(value: unknown): unknown {
  return value instanceof Written ? value.value : value;
}

/** A value in which every {@link Written} is its text where the schema takes one, and its value everywhere else. */
export function settle(schema: z.core.$ZodType, value: unknown): unknown {
  return holdsWritten(value) ? settleAt([schema], value) : value;
}

function holdsWritten(value: unknown): boolean {
  if (value instanceof Written) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsWritten);
}

function settleAt(schemas: readonly z.core.$ZodType[], value: unknown): unknown {
  if (value instanceof Written)
    return schemas.some((schema) => takesText(schema, [])) ? value.text : value.value;
  if (Array.isArray(value)) return value.map((item, index) => settleAt(schemasBelow(schemas, index), item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, settleAt(schemasBelow(schemas, key), item)]),
  );
}
