import * as z from "zod";
import { Text } from "../../../shared/written.ts";
import { findUserFault } from "./user-id.ts";

/** Whom a task runs as; one that holds variables is looked at when these are known. */
export const User = Text.pipe(
  z.string().superRefine((user, { addIssue }) => {
    const message = user.includes("${") ? undefined : findUserFault(user);
    if (message !== undefined) addIssue({ code: "custom", message });
  }),
);
