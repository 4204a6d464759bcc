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
    if (value !== 0 && (power < -4 || power >= 16)) {
      return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
    }
    const text = Object.is(value, -0) ? "-0" : fixed(value, power);
    return text.includes(".") ? text : `${text}.0`;
  }

  toJSON(): number {
    return this.value;
  }
}

/** JavaScript switches to an exponent below 1e-6, Python below 1e-4: every value that comes here is above. */
function fixed(value: number, power: number): string {
  return power >= 0 || power >= -6 ? String(value) : value.toFixed(-power);
}
