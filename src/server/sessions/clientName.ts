import { z } from 'zod';

/** What a client calls a try of its own, or a recording of its own. */
export const clientName = z.string().regex(/^[\w./:-]{1,200}$/, 'up to 200 letters, digits and ._/:-');
