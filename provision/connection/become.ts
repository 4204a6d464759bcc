/** How commands become root on a host. */
export interface Become {
  /** false where the login user is root */
  needed: boolean;
  /** `ansible_become=false`: commands that need root are then refused */
  forbidden?: boolean;
  /** sudo's password; without one sudo must not ask */
  password?: string;
}
