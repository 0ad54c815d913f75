import naudiodon from 'naudiodon';
import { parse } from '../containers/parse.ts';

export const capture = [naudiodon, parse];
