import { z } from 'zod';
import { type ErrorCode, errorCodes, type WireError } from './errors.ts';

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]];

export const wireErrorSchema = z.object({
  code: z.enum(codes),
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
}) satisfies z.ZodType<WireError>;
