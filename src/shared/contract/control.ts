import { z } from 'zod';
import { wireErrorSchema } from '../wireError.ts';

/** What holds a profile: a program that can be asked, or a command that changes it for a moment. */
export type ControlKind = 'desktop' | 'serve' | 'record' | 'command';

/** The first line that a control socket says. */
export const controlHelloSchema = z.object({
  longtake: z.literal(1),
  kind: z.enum(['desktop', 'serve', 'record', 'command'] satisfies ControlKind[]),
  pid: z.int(),
  version: z.string(),
  /** ms since 1970 UTC. */
  startedAt: z.number(),
});
export type ControlHello = z.infer<typeof controlHelloSchema>;

/** A line to a control socket: a request of the contract, or the wish to hear of its events. */
export const controlAskSchema = z.union([
  z.strictObject({ id: z.int(), request: z.string(), input: z.unknown() }),
  z.strictObject({ id: z.int(), subscribe: z.literal(true) }),
]);
export type ControlAsk = z.input<typeof controlAskSchema>;

/** A line from a control socket after the first. */
export const controlTellSchema = z.union([
  z.object({
    id: z.int(),
    reply: z.union([
      z.object({ ok: z.literal(true), value: z.unknown() }),
      z.object({ ok: z.literal(false), error: wireErrorSchema }),
    ]),
  }),
  z.object({ event: z.string(), payload: z.unknown() }),
]);
export type ControlTell = z.input<typeof controlTellSchema>;
