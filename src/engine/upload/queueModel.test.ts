import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UploadState } from '../../shared/domain/upload.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { Call, Fault } from '../../../test/support/fakeTarget.ts';
import { QueueRig, TARGET } from '../../../test/support/queueRig.ts';
import { type Known, nextState, type UploadEvent, exits } from './states.ts';

/** What a person and the world did: which recordings there are, and which of them nobody wants any more. */
interface Model {
  readonly recordings: RecordingId[];
  readonly open: Set<RecordingId>;
  readonly discarded: Set<RecordingId>;
}
type Step = fc.AsyncCommand<Model, QueueRig>;

/** A step that is always possible. */
function step(name: string, run: (model: Model, rig: QueueRig) => Promise<void> | void): Step {
  return {
    check: () => true,
    run: async (model, rig) => {
      await run(model, rig);
      expectOnlyExits(rig);
    },
    toString: () => name,
  };
}

/** Where the table lets an upload go from a state, whatever is known of it. */
function reachable(state: UploadState): Set<UploadState> {
  const events = Object.keys(exits[state]) as UploadEvent[];
  const kinds: Known[] = [
    { way: 'whole', sessionId: undefined, finishing: false, remoteId: undefined },
    { way: 'session', sessionId: 's', finishing: false, remoteId: undefined },
    { way: 'session', sessionId: 's', finishing: true, remoteId: undefined },
    { way: 'session', sessionId: 's', finishing: true, remoteId: 'r' },
  ];
  return new Set(events.flatMap((event) => kinds.flatMap((known) => nextState(state, event, known) ?? [])));
}

/** No upload ever went where the table has no way, and no one counts for safe what the target has not. */
function expectOnlyExits(rig: QueueRig): void {
  for (const { from, to } of rig.steps.splice(0)) {
    if (from === undefined) expect(to).toBe('waiting');
    else expect([...reachable(from)]).toContain(to);
  }
}

const calls: readonly Call[] = ['open', 'send', 'look', 'finalize', 'follow', 'discard'];
const faults = fc
  .record({
    call: fc.constantFrom(...calls),
    code: fc.constantFrom(
      'UPLOAD_UNREACHABLE',
      'UPLOAD_LIMIT',
      'UPLOAD_UNAUTHORIZED',
      'UPLOAD_QUOTA',
      'UPLOAD_CONFLICT',
      'UPLOAD_REJECTED',
      'INTERNAL',
    ),
    when: fc.constantFrom('before', 'after'),
    status: fc.boolean(),
    times: fc.integer({ min: 1, max: 4 }),
  })
  // A target that did it does not say that it refuses it.
  .filter(({ code, when }) => code !== 'UPLOAD_REJECTED' || when === 'before') satisfies fc.Arbitrary<{
  call: Call;
  code: Fault['code'];
  when: Fault['when'];
  status: boolean;
  times: number;
}>;

const pick = <Item>(items: Iterable<Item>, at: number): Item | undefined =>
  [...items][at % Math.max(1, [...items].length)];
const index = fc.nat(50);

const waiting = fc
  .integer({ min: 1, max: 8000 })
  .map((ms) => step(`wait ${ms} ms`, async (_model, rig) => void (await rig.run(ms))));

const failing = faults.map(({ call: wanted, code, when, status, times }) =>
  step(`${times} times ${code} ${when} ${wanted}`, (_model, rig) => {
    let left = times;
    rig.server.fault = (call) => {
      if (call !== wanted || left === 0) return undefined;
      left -= 1;
      return { code, when, ...(status ? { details: { status: 500 } } : {}) };
    };
  }),
);

/** What happens most comes more than once. */
const steps = [
  waiting,
  waiting,
  waiting,
  failing,
  failing,
  fc.integer({ min: 1, max: 15_000 }).map((bytes) =>
    step(`upload ${bytes} from before`, (model, rig) => {
      model.recordings.push(rig.recorded(bytes).id);
    }),
  ),
  fc
    .record({ bytes: fc.integer({ min: 1, max: 15_000 }), source: fc.integer({ min: 1, max: 3 }) })
    .map(({ bytes, source }) =>
      step(`record ${bytes} of ${source}`, (model, rig) => {
        const { id } = rig.record(bytes, source);
        model.recordings.push(id);
        model.open.add(id);
      }),
    ),
  fc.integer({ min: 1, max: 9000 }).map((bytes) =>
    step(`grow by ${bytes}`, (model, rig) => {
      for (const id of model.open) rig.grow(id, bytes);
    }),
  ),
  index.map((at) =>
    step(`close ${at}`, (model, rig) => {
      const id = pick(model.open, at);
      if (id === undefined) return;
      model.open.delete(id);
      rig.close(id);
    }),
  ),
  fc.constant(
    step('the target is away', (_model, rig) => {
      rig.server.fault = () => ({ code: 'UPLOAD_UNREACHABLE', when: 'before' });
    }),
  ),
  fc.constant(
    step('the target is back', (_model, rig) => {
      rig.server.fault = () => undefined;
      rig.queue.online();
    }),
  ),
  fc
    .integer({ min: 1, max: 5 })
    .map((chunks) => step(`the target goes back by ${chunks} chunks`, (_model, rig) => rig.server.restore(chunks))),
  fc.constant(step('the target forgets its sessions', (_model, rig) => rig.server.forgetSessions())),
  fc.constant(step('kill', (_model, rig) => rig.restart())),
  fc.constant(step('pause', (_model, rig) => rig.queue.pause({ targetId: TARGET }))),
  fc.constant(step('resume', (_model, rig) => rig.queue.resume({}))),
  fc.constant(step('retry', (_model, rig) => rig.queue.retry({}))),
  index.map((at) =>
    step(`discard ${at}`, async (model, rig) => {
      const id = pick(model.recordings, at);
      if (id === undefined || model.discarded.has(id)) return;
      const { id: upload, state, remoteId, asked } = rig.entry(id);
      // The target may have made a recording of it, which is not ours to take back.
      if (state === 'done' || remoteId !== undefined || asked || rig.entries(id).length > 1) return;
      await rig.queue.discard(upload);
      model.discarded.add(id);
    }),
  ),
];

test('whatever happens, each recording is at the target once and whole, by ways that the table has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.commands(steps, { maxCommands: 30, size: 'max' }),
      fc.integer({ min: 1, max: 4 }),
      async (commands, inFlight) => {
        const rig = new QueueRig();
        rig.server.maxInFlight = inFlight;
        const model: Model = { recordings: [], open: new Set(), discarded: new Set() };
        try {
          await fc.asyncModelRun(() => ({ model, real: rig }), commands);
          for (const id of model.open) rig.close(id);
          rig.server.fault = () => undefined;
          await rig.run(1000);
          rig.queue.resume({});
          rig.queue.retry({});
          const wanted = model.recordings.filter((id) => !model.discarded.has(id));
          await rig.until(() => wanted.every((id) => rig.entries(id).every(({ state }) => state === 'done')));
          expectOnlyExits(rig);
          for (const id of wanted) expect(Buffer.from(rig.arrived(id)).equals(rig.expected(id)), id).toBe(true);
          for (const id of model.discarded) expect(rig.arrived(id)).toHaveLength(0);
          await rig.until(() =>
            [...rig.server.sessions.values()].every(({ status }) => status !== 'open' || isForgotten(rig)),
          );
          expect(rig.server.underWay).toBe(0);
        } finally {
          await rig.dispose();
        }
      },
    ),
    { numRuns: Number(process.env['LONGTAKE_QUEUE_RUNS'] ?? 30), endOnFailure: false },
  );
}, 180_000);

/** A session whose opening was never heard of is nobody's; the target ends it by itself. */
function isForgotten(rig: QueueRig): boolean {
  return rig.store.unwanted(TARGET).length === 0;
}
