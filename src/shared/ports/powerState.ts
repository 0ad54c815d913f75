/** Where the computer gets its power from. */
export interface PowerState {
  onBattery(): boolean;
  /** Calls `listener` whenever that changes; returns a function that ends it. */
  onChange(listener: () => void): () => void;
}
