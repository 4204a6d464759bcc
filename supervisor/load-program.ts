import { writeFileSync } from "node:fs";
import { loadPlan } from "./config/load.ts";
import type { LoadAnswer } from "./runtime/load-aside.ts";
import { toPlainError } from "./runtime/plain-error.ts";

/** Reads the tasks.yaml that its argument names, for the longshored that started it, and answers on its output. */
async function answer(file: string): Promise<LoadAnswer> {
  try {
    return { ok: true, plan: await loadPlan(file, process.env) };
  } catch (error) {
    return { ok: false, error: toPlainError(error) };
  }
}

answer(process.argv[2] ?? "").then((text) => writeFileSync(1, JSON.stringify(text)));
