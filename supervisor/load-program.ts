import { writeFileSync } from "node:fs";
import * as z from "zod";
import { loadPlan } from "./config/files/load.ts";
import type { LoadAnswer } from "./runtime/load/load-aside.ts";
import { toPlainError } from "./runtime/load/plain-error.ts";
import { readInherited } from "./runtime/process/inherited.ts";

/** Reads the tasks.yaml that its argument names, for the longshored that started it, and answers on its output. */
async function answer(file: string): Promise<LoadAnswer> {
  try {
    return { ok: true, plan: await loadPlan(file, readInherited()) };
  } catch (error) {
    return { ok: false, error: toPlainError(error) };
  }
}

// What zod would compile is used once.
z.config({ jitless: true });
answer(process.argv[2] ?? "").then((text) => writeFileSync(1, JSON.stringify(text)));
