import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpolate } from "../../../supervisor/config/interpolate.ts";

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
  ])("turns %s into %s", (text, value) => {
    expect(interpolate(text, variables)).toMatchObject({ ok: true, value });
  });

  it.each([
    ["${NONE:?give one}", "${NONE} is not set: give one"],
    ["${NAME", "cannot read"],
    ["${1x}", "cannot read"],
  ])("refuses %s", (text, message) => {
    expect(interpolate(text, variables)).toMatchObject({
      ok: false,
      message: expect.stringContaining(message),
    });
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
