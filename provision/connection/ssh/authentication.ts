import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware } from "ssh2";
import type { KeyRing } from "./key-ring.ts";

/** Logs in as ssh does: the keys first, then the password, by each method that the host takes. */
export class Authentication {
  /** what the host takes, as far as it has said so */
  accepts: readonly AuthenticationType[] = [];
  /** the password was sent and refused */
  wasPasswordRefused = false;
  /** a key was right, and the host wants something more */
  isPartial = false;
  private readonly methods: AsyncGenerator<AnyAuthMethod, void>;

  constructor(
    readonly username: string,
    readonly keys: KeyRing,
    readonly password: string | undefined,
  ) {
    this.methods = this.listMethods();
  }

  /** ssh2's authHandler: gives the next method to try, false where none is left. */
  readonly handler: AuthHandlerMiddleware = (accepts, isPartial, next) => {
    // ssh2 gives null before the host has answered for the first time
    this.accepts = accepts ?? [];
    this.isPartial ||= isPartial === true;
    this.methods.next().then(({ value }) => next(value ?? (false as never)));
  };

  private async *listMethods(): AsyncGenerator<AnyAuthMethod, void> {
    const { username, password } = this;
    yield { type: "agent", username, agent: this.keys };
    if (this.accepts.length === 0) yield { type: "none", username };
    if (password === undefined) return;
    if (this.accepts.includes("password")) {
      yield { type: "password", username, password };
      this.wasPasswordRefused = true;
    }
    if (this.accepts.includes("keyboard-interactive")) {
      yield { type: "keyboard-interactive", username, prompt: answerWith(password) };
      this.wasPasswordRefused = true;
    }
  }
}

/** Answers the one hidden question of PAM with the password; other questions get no answer. */
function answerWith(password: string) {
  let isAnswered = false;
  return (
    _name: string,
    _instructions: string,
    _language: string,
    prompts: { echo?: boolean }[],
    finish: (answers: string[]) => void,
  ): void => {
    const answers = prompts.map(({ echo }) => (echo === true || isAnswered ? "" : password));
    isAnswered = true;
    finish(answers);
  };
}
