/** Asks the person at the terminal for something secret; undefined where they give nothing. */
export type Ask = (question: string) => Promise<string | undefined>;

/** The questions of one command: one at a time, and each only once, however many hosts need the answer. */
export class Questions {
  private readonly ask: Ask | undefined;
  private readonly answers = new Map<string, Promise<string | undefined>>();
  private last: Promise<unknown> = Promise.resolve();
  private open = 0;

  /** @param ask undefined where there is no terminal: then every answer is undefined */
  constructor(ask: Ask | undefined) {
    this.ask = ask;
  }

  get isAnswerable(): boolean {
    return this.ask !== undefined;
  }

  /** somebody is being asked right now, and others may wait for their turn */
  get isAsking(): boolean {
    return this.open > 0;
  }

  /**
   * Asks until `accept` makes something of the answer, three times at most.
   *
   * @param accept undefined for an answer that is wrong
   */
  async askUntil<T>(question: string, accept: (answer: string) => T | undefined): Promise<T | undefined> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const answer = await this.askInTurn(attempt === 1 ? question : `that was wrong. ${question}`);
      if (answer === undefined || answer === "") return undefined;
      const accepted = accept(answer);
      if (accepted !== undefined) return accepted;
    }
    return undefined;
  }

  /** Asks once per command: the same question has the same answer. */
  askOnce(question: string): Promise<string | undefined> {
    const known = this.answers.get(question);
    if (known !== undefined) return known;
    const answer = this.askInTurn(question);
    this.answers.set(question, answer);
    return answer;
  }

  private async askInTurn(question: string): Promise<string | undefined> {
    this.open++;
    const answer = this.last
      .then(() => this.ask?.(question))
      .finally(() => {
        this.open--;
      });
    this.last = answer.catch(() => {});
    return answer;
  }
}
