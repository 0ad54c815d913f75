import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { expect, test } from 'vitest';
import { HIDDEN, type OpenRequest, OpenRequests, ownStart, wantsWindow } from './openRequests.ts';

function rig() {
  const app = Object.assign(new EventEmitter(), { isPackaged: true }) as unknown as App;
  const requests = new OpenRequests(app);
  const told: OpenRequest[] = [];
  return { app, requests, told, follow: () => requests.follow((request) => void told.push(request)) };
}

const event = { preventDefault: () => undefined };

test('what comes before anybody follows waits, this start first', () => {
  const { app, told, follow } = rig();
  app.emit('open-url', event, 'longtake://recording/1');
  app.emit('open-file', event, '/a.wav');
  follow();
  expect(told).toEqual([
    { kind: 'start', isFirst: true, ...ownStart(true) },
    { kind: 'address', address: 'longtake://recording/1' },
    { kind: 'file', path: '/a.wav' },
  ]);
});

test('a second start is told as it was made, and not as Chromium orders it', () => {
  const { app, told, follow } = rig();
  follow();
  app.emit('second-instance', event, ['longtake', '--flag', 'a.wav'], '/', { given: ['a.wav'], folder: '/music' });
  app.emit('second-instance', event, ['longtake', 'b.wav'], '/music', 'nonsense');
  expect(told.slice(1)).toEqual([
    { kind: 'start', isFirst: false, given: ['a.wav'], folder: '/music' },
    { kind: 'start', isFirst: false, given: ['longtake', 'b.wav'], folder: '/music' },
  ]);
});

test('a window is wanted by whoever asks, but not by a start that hides itself', () => {
  const start = { kind: 'start', isFirst: false, given: [], folder: '/' } as const;
  expect(wantsWindow(start)).toBe(true);
  expect(wantsWindow({ ...start, given: [HIDDEN] })).toBe(false);
  expect(wantsWindow({ ...start, isFirst: true })).toBe(false);
  expect(wantsWindow({ kind: 'file', path: '/a.wav' })).toBe(true);
});
