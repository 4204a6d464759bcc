import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpolate } from "../../../shared/interpolate.ts";

const variables = { NAME: "value", EMPTY: "" };

describe("interpolate", () => {
  it.each([
    ["a ${NAME} b", "a value b"],
    ["${EMPTY:-other}${EMPTY-other}${NONE-other}", "otherother"],
    ["${NAME:+set}${NONE:+set}", "set"],
    ["$$NAME $HOME $(date)", "$NAME $HOME $(date)"],
    ["$${NAME}", "${NAME}"],
    ["${NONE}", ""],
    ["${NAME:?needed}", "value"],
    ["${NONE:-${EMPTY:-${NAME}}}!", "value!"],
    ["${NAME:+<${NAME}>}${NONE-$$}", "<value>$"],
    ["${NONE:-{a}}", "{a}"],
  ])("turns %s into %s", (text, value) => {
    expect(interpolate(text, variables)).toMatchObject({ ok: true, value });
  });

  it.each([
    ["${NONE:?give one}", "${NONE} is not set: give one"],
    ["${NONE:?give ${NAME}}", "${NONE} is not set: give value"],
    ["${NAME", 'cannot read "${NAME"'],
    ["a ${NONE:-${NAME}", 'cannot read "${NONE:-${NAME}"'],
    ["${1x}", 'cannot read "${1x}"'],
  ])("refuses %s", (text, message) => {
    expect(interpolate(text, variables)).toMatchObject({
      ok: false,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ["$NAME/$EMPTY/$NONE", "value//"],
    ["$$NAME ${NAME} ${NONE:-$NAME}", "$NAME value value"],
    ["$NAMES $1 $(date) $", " $1 $(date) $"],
  ])("turns %s into %s in a compose file", (text, value) => {
    expect(interpolate(text, variables, { bare: true })).toMatchObject({ ok: true, value });
  });

  it("leaves a text alone whose dollars are all doubled, but for the doubling", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          interpolate(
            text.replaceAll("$", () => "$$"),
            {},
          ),
        ).toMatchObject({ ok: true, value: text });
      }),
    );
  });
});
