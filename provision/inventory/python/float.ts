/**
 * A number that was written as a float. JavaScript would print 8.0 as `8`; this prints what Python prints, so that
 * `php=8.0` stays `8.0` where the variable is used.
 */
export class Float {
  constructor(readonly value: number) {}

  /** Python's `repr`: always with a point or an exponent. */
  toString(): string {
    const { value } = this;
    if (Number.isNaN(value)) return "nan";
    if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
    const [digits = "", exponent = "0"] = value.toExponential().split("e");
    const power = Number(exponent);
    // Within these bounds JavaScript writes no exponent either.
    if (value !== 0 && (power < -4 || power >= 16)) {
      return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
    }
    const text = Object.is(value, -0) ? "-0" : String(value);
    return text.includes(".") ? text : `${text}.0`;
  }

  toJSON(): number {
    return this.value;
  }
}
