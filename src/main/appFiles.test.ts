import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppResponder, resolveAppFile } from './appFiles.ts';

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-app-'));
  root = join(folder, 'renderer');
  await mkdir(join(root, 'assets', 'folder.js'), { recursive: true });
  await mkdir(join(folder, 'renderer-other'));
  await writeFile(join(root, 'index.html'), '<!doctype html>');
  await writeFile(join(root, 'assets', 'ä b.js'), '1');
  await writeFile(join(folder, 'secrets.json'), '{}');
  await writeFile(join(folder, 'renderer-other', 'x.js'), '1');
});
afterAll(() => rm(folder, { recursive: true }));

const get = (address: string, method = 'GET') => createAppResponder(root)(new Request(address, { method }));

describe('createAppResponder', () => {
  it('serves the page with its type and a policy without holes', async () => {
    const response = await get('longtake-app://studio/index.html?x=1#y');
    expect(await response.text()).toBe('<!doctype html>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|data:|http/);
    expect((await get('longtake-app://studio/assets/%C3%A4%20b.js')).status).toBe(200);
  });

  it.each([
    'longtake-app://studio/missing.html',
    'longtake-app://studio/assets/folder.js',
    'longtake-app://studio/index.html/x.js',
    'longtake-app://studio/',
    'longtake-app://elsewhere/index.html',
  ])('has nothing at %s', async (address) => {
    expect((await get(address)).status).toBe(404);
  });

  it('only reads', async () => {
    expect((await get('longtake-app://studio/index.html', 'POST')).status).toBe(405);
    expect((await get('longtake-app://studio/index.html', 'HEAD')).body).toBeNull();
  });
});

describe('resolveAppFile', () => {
  it.each([
    '..%2Fsecrets.json',
    '..%5Csecrets.json',
    '%2E%2E%2F%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.json',
    '..%2Frenderer-other%2Fx.js',
    'index.html%00.js',
    '%',
    'secret.pem',
  ])('never leaves its folder for %s', (path) => {
    expect(resolveAppFile(root, `longtake-app://studio/${path}`)).toBeUndefined();
  });
});
