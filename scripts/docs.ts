/** Writes the reference pages that are made of the code itself. A test fails where they are out of date. */
import { writeFileSync } from "node:fs";
import { renderReferencePages } from "./reference-pages.ts";

for (const [file, text] of Object.entries(renderReferencePages()))
  writeFileSync(new URL(`../${file}`, import.meta.url), text);
