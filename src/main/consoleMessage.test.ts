import { expect, it } from 'vitest';
import { readConsoleMessage } from './consoleMessage.ts';

it.each([
  [[{}, 2, 'old'], { level: 'warn', message: 'old' }],
  [[{}, 3, 'old'], { level: 'error', message: 'old' }],
  [[{ level: 'warning', message: 'new' }], { level: 'warn', message: 'new' }],
  [[{ level: 'error', message: 'new' }, undefined], { level: 'error', message: 'new' }],
  [[{ level: 'unheard', message: 'new' }], { level: 'info', message: 'new' }],
  [[], { level: 'info', message: '' }],
])('reads %j', (given, wanted) => {
  expect(readConsoleMessage(given)).toEqual(wanted);
});
