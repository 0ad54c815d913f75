import { rate } from '../../shared/units.ts';

export const parse = (): number => rate;
