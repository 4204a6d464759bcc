/**
 * A value of the inventory that cannot be known here: ansible-vault encrypted it, or its template says more than is filled in.
 * That is no fault by itself: only its use is one.
 */
export class Opaque {
  /**
   * @param written as the file has it
   * @param reason why it is not known: "ansible-vault encrypted it"
   * @param hint the way out
   */
  constructor(
    readonly kind: "vault" | "template",
    readonly written: string,
    readonly reason: string,
    readonly hint: string,
  ) {}
}

/** Ansible's `!unsafe`: a text that is never a template. */
export class UnsafeText {
  constructor(readonly text: string) {}
}

export const VAULT_HINT = "put it into a file of secrets/, or write the value itself";

export function encrypted(written: string): Opaque {
  return new Opaque("vault", written, "ansible-vault encrypted it", VAULT_HINT);
}
