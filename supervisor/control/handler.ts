import type { ServerResponse } from "node:http";
import type { PlanDiff } from "../core/plan-diff.ts";
import type { EventStream } from "../runtime/event-stream.ts";
import type { Running } from "./running.ts";

/** What the control server acts on. */
export interface ControlTarget extends Running {
  readonly version: string;
  readonly events: EventStream;
  /**
   * Applies the file as it is now; with `dryRun` it only says what that would do. With `rolling` processes are replaced one
   * after the other.
   * @throws UserError when the new plan is not valid (nothing has changed then), or a replaced instance does not come up
   */
  reload(options: { dryRun: boolean; rolling: boolean }): Promise<PlanDiff>;
  shutdown(): void;
}

/** An HTTP request, read. */
export interface ControlRequest {
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/** A JSON answer, a text, or a stream that the handler writes itself. */
export type ControlAnswer =
  | { readonly status: number; readonly body: unknown }
  | { readonly text: string; readonly type: string }
  | { readonly stream: (response: ServerResponse) => void };

/** Answers one request. @throws UserError for what the caller can fix */
export type Handler = (
  target: ControlTarget,
  request: ControlRequest,
) => Promise<ControlAnswer> | ControlAnswer;
