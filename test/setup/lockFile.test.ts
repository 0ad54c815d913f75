import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { leftOut, packagesOf } from '../../scripts/setup/lock-file.mjs';

const tool = {
  'node_modules/tool': {
    version: '1.2.3',
    dev: true,
    optionalDependencies: {
      '@tool/binding-linux-x64-gnu': '1.2.3',
      '@tool/binding-linux-arm-musleabihf': '1.2.3',
      '@tool/binding-darwin-arm64': '1.2.3',
    },
  },
  'node_modules/@tool/binding-linux-x64-gnu': { version: '1.2.3' },
};

describe('a lock file that was made where only some platforms are carried', () => {
  it('gets entries for the others', () => {
    expect(leftOut(tool)).toEqual({
      'node_modules/@tool/binding-linux-arm-musleabihf': {
        version: '1.2.3',
        dev: true,
        optional: true,
        os: ['linux'],
        cpu: ['arm'],
        libc: ['musl'],
      },
      'node_modules/@tool/binding-darwin-arm64': {
        version: '1.2.3',
        dev: true,
        optional: true,
        os: ['darwin'],
        cpu: ['arm64'],
      },
    });
  });

  it('is complete after that', () => {
    expect(leftOut({ ...tool, ...leftOut(tool) })).toEqual({});
  });

  it('needs none for what lies beside its user, or further out', () => {
    const packages = {
      'node_modules/a/node_modules/b': { optionalDependencies: { near: '1.0.0', far: '1.0.0' } },
      'node_modules/a/node_modules/near': { version: '1.0.0' },
      'node_modules/far': { version: '1.0.0' },
    };
    expect(leftOut(packages)).toEqual({});
  });

  it('is not mended by guessing', () => {
    expect(() => leftOut({ 'node_modules/a': { optionalDependencies: { riddle: '1.0.0' } } })).toThrow('riddle');
  });
});

it("this project's lock file is good for every platform", async () => {
  const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8');
  const packages = packagesOf(JSON.parse(text)) ?? {};
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(leftOut(packages), 'run `npm run lock`').toEqual({});
});
