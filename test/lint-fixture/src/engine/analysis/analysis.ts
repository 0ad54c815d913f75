import { parse } from '../containers/parse.ts';

export const analysis = parse;
