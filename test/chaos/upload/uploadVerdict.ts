import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { UploadState } from '../../../src/shared/domain/upload.ts';
import type { SessionServerProcess } from '../../support/sessionServer.ts';
import { listFiles } from '../fileChecks.ts';
import type { StudioProcess } from '../studioProcess.ts';

const run = promisify(execFile);

/** An upload that is in none of these has ended. */
export const UNFINISHED: readonly UploadState[] = [
  'waiting',
  'opening',
  'sending',
  'finalizing',
  'processing',
  'failed',
  'needsPerson',
  'paused',
];

export interface UploadVerdict {
  readonly recordings: number;
  readonly audioSeconds: number;
  readonly failures: readonly string[];
}

/** Every recording is on the server once, sample by sample, and nothing else is. */
export async function compare(
  folder: string,
  studio: StudioProcess,
  server: SessionServerProcess,
): Promise<UploadVerdict> {
  const failures: string[] = [];
  const here = new Map<string, string[]>();
  let audioSeconds = 0;
  for (const path of await listFiles(folder)) {
    const { digest, seconds } = await contents(join(folder, path));
    // A kill before the first audio leaves a file with nothing in it.
    if (seconds === 0) continue;
    audioSeconds += seconds;
    here.set(digest, [...(here.get(digest) ?? []), path]);
  }
  const recordings = [...here.values()].flat().length;
  const there = await onServer(server);
  for (const { name, digest } of there) {
    const same = here.get(digest);
    if (same === undefined || same.length === 0) failures.push(`The server has ${name}, which is no recording here.`);
    else same.pop();
  }
  for (const path of [...here.values()].flat()) failures.push(`${path} is not on the server.`);
  const done = await studio.request('uploads.list', { states: ['done'], limit: 500 });
  if (recordings <= 500 && done.length !== recordings) {
    failures.push(`${done.length} uploads are done, of ${recordings} recordings.`);
  }
  return { recordings, audioSeconds: Math.round(audioSeconds), failures };
}

async function onServer(server: SessionServerProcess): Promise<{ readonly name: string; readonly digest: string }[]> {
  const folder = await mkdtemp(join(tmpdir(), 'longtake-upload-verdict-'));
  const found: { name: string; digest: string }[] = [];
  try {
    let before = '';
    for (;;) {
      const answer = await server.fetch(`/api/v1/recordings?limit=100${before === '' ? '' : `&before=${before}`}`);
      const { recordings, next_before: next } = (await answer.json()) as {
        recordings: { id: number | string; title: string; status: string }[];
        next_before: number | string | null;
      };
      for (const { id, title, status } of recordings) {
        const name = `${title} (${status}, ${id})`;
        const file = await server.fetch(`/api/v1/recordings/${id}/download`);
        if (!file.ok) {
          found.push({ name, digest: `no file: ${file.status}` });
          continue;
        }
        const path = join(folder, 'file');
        await writeFile(path, Buffer.from(await file.arrayBuffer()));
        found.push({ name, digest: (await contents(path)).digest });
      }
      if (next === null) return found;
      before = String(next);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A digest of every sample, and how long they are, as another program decodes them; 0 s when there is no audio. */
async function contents(path: string): Promise<{ readonly digest: string; readonly seconds: number }> {
  const probe = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  const seconds = await run('ffprobe', probe).then(
    ({ stdout }) => Number(stdout.trim()) || 0,
    () => 0,
  );
  if (seconds === 0) return { digest: '', seconds };
  const args = ['-v', 'error', '-xerror', '-nostdin', '-i', path];
  const { stdout } = await run('ffmpeg', [...args, '-c:a', 'pcm_s32le', '-f', 'hash', '-hash', 'sha256', '-']);
  return { digest: stdout.trim(), seconds };
}
