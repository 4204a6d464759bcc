import picocolors from "picocolors";
import { wantsColors } from "../../shared/color-choice.ts";

/** Colour functions for stdout, which leave the text alone where no colour is wanted. */
export const colors = picocolors.createColors(wantsColors(process.env, process.stdout.isTTY === true));
