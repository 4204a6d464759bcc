import { expect, test } from "vitest";
import { Healthcheck } from "../../../../supervisor/config/task/healthcheck.ts";
import { nextCheckDelay, noChecks, recordCheck } from "../../../../supervisor/core/health.ts";

const check = Healthcheck.parse({
  tcp: 80,
  interval: "1s",
  retries: 2,
  success_threshold: 2,
  start_period: "3s",
});

/** What is held of a process after each check; `+` and `-` are answers, one a second from its start. */
function judge(answers: string): (boolean | null)[] {
  let record = noChecks;
  return [...answers].map((answer, index) => {
    record = recordCheck(record, answer === "+", (index + 1) * 1_000, check);
    return record.healthy;
  });
}

const [unknown, good, bad] = [null, true, false];

test.each<[string, string, (boolean | null)[]]>([
  ["one success is enough at first", "+", [good]],
  [
    "nothing counts within the start period and its retries",
    "----+",
    [unknown, unknown, unknown, unknown, good],
  ],
  ["after that it is bad", "-----", [unknown, unknown, unknown, unknown, bad]],
  ["so many failures in a row are bad", "+--", [good, good, bad]],
  ["not in a row they are not", "+-+-+-", [good, good, good, good, good, good]],
  ["so many successes in a row are good again", "+--++", [good, good, bad, bad, good]],
  ["not in a row they are not good", "+--+-+", [good, good, bad, bad, bad, bad]],
])("%s", (_, answers, verdicts) => {
  expect(judge(answers)).toEqual(verdicts);
});

test("a young process is asked often, and less and less; one that is known, regularly", () => {
  let record = noChecks;
  const delays = Array.from({ length: 7 }, () => {
    const delay = nextCheckDelay(record, check);
    record = recordCheck(record, false, 0, check);
    return delay;
  });
  expect(delays).toEqual([25, 50, 100, 200, 400, 500, 500]);
  expect(nextCheckDelay(recordCheck(noChecks, true, 0, check), check)).toBe(1_000);
});
