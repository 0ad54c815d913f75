import { z } from 'zod';
import type { Day } from '../units.ts';

/** A local day of the calendar that is asked for, as `2026-11-21`: one that is none would find nothing. */
export const daySchema = z.iso.date('Write a day as 2026-11-21.').transform((value) => value as Day);

/** A local day that the library tells. What is on disk may be anybody's, so it may be none of the calendar. */
export const storedDaySchema = z.string().transform((value) => value as Day);
