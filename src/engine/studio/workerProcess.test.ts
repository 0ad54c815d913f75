import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeProcessHost } from '../../../test/support/fakeProcessHost.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { WorkerProcess, type WorkerSaid } from './workerProcess.ts';

type Command = { readonly type: 'work' | 'cancel' | 'note'; readonly callId: number };
type Event = WorkerSaid | { readonly type: 'done' | 'progress'; readonly callId: number };

let processes: FakeProcessHost;
let news: Event[];
let wanted: boolean;
let worker: WorkerProcess<Command, Event>;

beforeEach(() => {
  vi.useFakeTimers();
  processes = new FakeProcessHost();
  news = [];
  wanted = false;
  worker = new WorkerProcess({
    processHost: processes,
    role: 'exporter',
    log: silentLog,
    lost: () => new LongtakeError('DAMAGED', 'It ended.'),
    isWanted: () => wanted,
    onNews: (event) => {
      if (event.type === 'progress') news.push(event);
      return event.type === 'progress';
    },
  });
});
afterEach(() => vi.useRealTimers());

const ask = (): Promise<Event> => worker.call((callId) => ({ type: 'work', callId }));
const isRunning = (): boolean => !processes.child.killed;

test('each call gets its own answer, in whatever order they come', async () => {
  const [first, second] = [ask(), ask()];
  processes.child.say({ type: 'progress', callId: 1 });
  processes.child.say({ type: 'done', callId: 2 });
  processes.child.say({ type: 'done', callId: 1 });
  expect([await first, await second].map((event) => 'callId' in event && event.callId)).toEqual([1, 2]);
  expect(news).toHaveLength(1);
});

test('an error is told to the call that it is of, and to no other', async () => {
  const failing = ask();
  const other = ask();
  processes.child.say({ type: 'error', callId: 1, error: { code: 'NOT_FOUND', message: 'Gone.' } });
  await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
  processes.child.say({ type: 'done', callId: 2 });
  await expect(other).resolves.toMatchObject({ type: 'done' });
});

test('a process that ends fails its calls; the next one starts another', async () => {
  const lost = ask();
  processes.child.exit(1);
  await expect(lost).rejects.toMatchObject({ code: 'DAMAGED' });
  const next = ask();
  processes.child.say({ type: 'done', callId: 2 });
  await expect(next).resolves.toMatchObject({ type: 'done' });
});

test('what is cancelled is told to the process', async () => {
  const stop = new AbortController();
  const call = worker.cancellable(
    stop.signal,
    (callId) => ({ type: 'work', callId }),
    (callId) => ({ type: 'cancel', callId }),
  );
  stop.abort();
  expect(processes.child.sent).toContainEqual({ type: 'cancel', callId: 1 });
  processes.child.say({ type: 'error', callId: 1, error: { code: 'CANCELLED', message: 'Cancelled.' } });
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('the process ends a minute after its last call, unless it is wanted for something else', async () => {
  const call = ask();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(isRunning()).toBe(true);
  wanted = true;
  processes.child.say({ type: 'done', callId: 1 });
  await call;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(isRunning()).toBe(true);
  wanted = false;
  worker.restWhenIdle();
  await vi.advanceTimersByTimeAsync(59_000);
  expect(isRunning()).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(isRunning()).toBe(false);
});
