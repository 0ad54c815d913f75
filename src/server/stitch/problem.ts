/** The audio cannot be put together, and trying again changes nothing; the message is for the person. */
export class StitchProblem extends Error {
  constructor(sentence: string, options?: { cause: unknown }) {
    super(sentence, options);
    this.name = 'StitchProblem';
  }
}
