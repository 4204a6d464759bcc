import * as z from "zod";

/** Words of other programs for a place of our file, and the way to say the same here. */
export type ForeignWords = Readonly<Record<string, string>>;

/** Which words somebody may try at a place: registered on the schema of the place. */
export const foreignWords = z.registry<{ words: ForeignWords }>();
