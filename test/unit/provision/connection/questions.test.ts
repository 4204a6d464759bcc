import { expect, test } from "vitest";
import { Questions } from "../../../../provision/connection/questions.ts";

/** A person who gives these answers, one after the other. */
function person(...answers: (string | undefined)[]) {
  const asked: string[] = [];
  let isBusy = false;
  const ask = async (question: string) => {
    expect(isBusy).toBe(false);
    isBusy = true;
    asked.push(question);
    await new Promise((resolve) => setImmediate(resolve));
    isBusy = false;
    return answers.shift();
  };
  return { asked, questions: new Questions(ask) };
}

const even = (answer: string) => (Number(answer) % 2 === 0 ? Number(answer) : undefined);

test("a wrong answer is asked for again, three times at most", async () => {
  const { asked, questions } = person("1", "4", "1", "3", "5");
  expect(await questions.askUntil("even? ", even)).toBe(4);
  expect(await questions.askUntil("even? ", even)).toBeUndefined();
  expect(asked).toEqual([
    "even? ",
    "that was wrong. even? ",
    "even? ",
    "that was wrong. even? ",
    "that was wrong. even? ",
  ]);
});

test.each([undefined, ""])("the answer %j ends it", async (answer) => {
  const { asked, questions } = person(answer);
  expect(await questions.askUntil("even? ", even)).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test("the same question is asked once, others wait for their turn", async () => {
  const { asked, questions } = person("a", "b");
  const answers = [questions.askOnce("one? "), questions.askOnce("one? "), questions.askOnce("two? ")];
  expect(questions.isAsking).toBe(true);
  expect(await Promise.all(answers)).toEqual(["a", "a", "b"]);
  expect(asked).toEqual(["one? ", "two? "]);
  expect(questions.isAsking).toBe(false);
});

test("without a terminal nothing is asked", async () => {
  const questions = new Questions(undefined);
  expect(questions.isAnswerable).toBe(false);
  expect(await questions.askUntil("even? ", even)).toBeUndefined();
});
