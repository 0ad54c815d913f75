/** Fails with `what` when it does not hold. */
export function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
