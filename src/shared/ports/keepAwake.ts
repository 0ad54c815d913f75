/** Keeps the computer from going to sleep by itself. A person who sends it to sleep is not held up. */
export interface KeepAwake {
  /** Until {@link release}. Called once. */
  hold(): void;
  release(): void;
}
