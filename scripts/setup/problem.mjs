/**
 * A step that could not be done, told in the three sentences a person needs.
 */
export class SetupProblem extends Error {
  /**
   * @param {{ what: string, why: string, todo: string, cause?: unknown }} told
   *   `what` failed, `why` as far as is known, and what to do about it.
   */
  constructor({ what, why, todo, cause }) {
    super(what, cause === undefined ? undefined : { cause });
    this.name = 'SetupProblem';
    this.what = what;
    this.why = why;
    this.todo = todo;
    /** Whether a person has been told already. */
    this.isTold = false;
  }

  /**
   * @param {string} [indent]
   * @returns {string} the three sentences, a line each; the first without its indent
   */
  tell(indent = '') {
    this.isTold = true;
    /** @param {string} text */
    const further = (text) => text.trimEnd().replaceAll('\n', `\n${indent}`);
    return `${this.what}\n${indent}Why: ${further(this.why)}\n${indent}What to do: ${further(this.todo)}`;
  }
}

/**
 * The sentence of any thrown value.
 * @param {unknown} error
 * @returns {string}
 */
export function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The code of a system error (`ENOENT`, `EXDEV` ...), or undefined.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function codeOf(error) {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
