import { inject } from 'vitest';
import { PROGRAM } from './electron.ts';

// What drives the program drives the packaged one.
process.env[PROGRAM] = inject('drivable');
