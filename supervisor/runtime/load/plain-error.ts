import { UserError, UserErrors } from "../../../shared/user-error.ts";

/** An error in a form that goes from one process to another, as JSON. */
export type PlainError =
  | { readonly type: "problems"; readonly code: string; readonly problems: UserErrors["problems"] }
  | {
      readonly type: "user";
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    }
  | { readonly type: "bug"; readonly message: string };

export function toPlainError(error: unknown): PlainError {
  if (error instanceof UserErrors) return { type: "problems", code: error.code, problems: error.problems };
  if (error instanceof UserError)
    return { type: "user", code: error.code, message: error.message, hint: error.hint };
  return { type: "bug", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function fromPlainError(error: PlainError): Error {
  switch (error.type) {
    case "problems":
      return new UserErrors(error.code, error.problems);
    case "user":
      return new UserError(error.code, error.message, { hint: error.hint });
    case "bug":
      return new Error(error.message);
  }
}
