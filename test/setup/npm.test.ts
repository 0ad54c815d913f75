import { describe, expect, it } from 'vitest';
import { isInStep, npmCommand, npmProblem } from '../../scripts/setup/npm.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
    'stubs/thing': { version: '1.0.0' },
  },
};
const zod = { version: '4.6.7', integrity: 'sha512-a' };

describe('node_modules is in step with the lock file', () => {
  it('when it holds the same versions, without those of other platforms', () => {
    expect(isInStep(lock, { packages: { 'node_modules/zod': zod } })).toBe(true);
  });

  it.each([
    ['a package has another version', { 'node_modules/zod': { ...zod, version: '4.6.6' } }],
    ['a package has other contents', { 'node_modules/zod': { ...zod, integrity: 'sha512-c' } }],
    ['a package is missing', {}],
    ['a package is too many', { 'node_modules/zod': zod, 'node_modules/left': { version: '1.0.0' } }],
  ])('not when %s', (_name, packages) => {
    expect(isInStep(lock, { packages })).toBe(false);
  });

  it('not when nobody knows what it holds', () => {
    expect(isInStep(lock, undefined)).toBe(false);
    expect(isInStep(lock, { packages: null })).toBe(false);
  });
});

describe('a failed npm ci', () => {
  it('says so when the lock file and package.json disagree', () => {
    const problem = npmProblem(
      [
        'npm error code EUSAGE',
        'npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.',
      ],
      false,
    );
    expect(problem.what).toBe('package.json and package-lock.json disagree');
    expect(problem.todo).toContain('npm install');
  });

  it('says so when the registry cannot be reached', () => {
    const problem = npmProblem(
      ['npm http fetch', 'npm error code ENOTFOUND', 'npm error network request failed'],
      false,
    );
    expect(problem.why).toBe('code ENOTFOUND\nnetwork request failed');
    expect(problem.todo).toContain('Check the network');
  });
});

describe('npm is started', () => {
  it('by the file that started this, when that is npm', () => {
    const { command, args } = npmCommand({ npm_execpath: '/usr/lib/node_modules/npm/bin/npm-cli.js' });
    expect(command).toBe(process.execPath);
    expect(args).toEqual(['/usr/lib/node_modules/npm/bin/npm-cli.js']);
  });

  it('from PATH when another program did', () => {
    const { command, args } = npmCommand({ npm_execpath: '/usr/bin/yarn.js' });
    expect(command).toMatch(/^npm/);
    expect(args).toEqual([]);
  });
});
