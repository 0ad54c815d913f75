export type Samples = number;
export const rate = 48_000;
