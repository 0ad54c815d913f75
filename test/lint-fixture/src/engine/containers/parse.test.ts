import { studio } from '../studio/studio.ts';

export const subject = studio;
