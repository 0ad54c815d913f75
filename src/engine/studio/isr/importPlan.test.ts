import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/domain/settings.ts';
import { planImport, previewImport } from './importPlan.ts';
import { readIsrConfig } from './isrConfig.ts';

const SETTINGS: Settings = { ...DEFAULT_SETTINGS, recordingsFolder: '/music/Longtake' };
const CONFIG = `[general]
output_directory = /srv/rec
max_retries = 3
[Radio 1]
type = stream
url = http://me:secret@radio.example/live
[Radio 2]
type = stream
url = http://radio.example/two
split_minutes = 15
password = hush
[mic]
type = soundcard
filename_pattern = mic/%H
nonsense = 1
`;

const preview = (text: string, taken: readonly string[] = []) => {
  const config = readIsrConfig(text, { oneFolder: true });
  return previewImport(config, planImport(config, SETTINGS, taken), SETTINGS);
};

describe('importing an ISR configuration', () => {
  it('keeps what differs from the settings here', () => {
    const plan = planImport(readIsrConfig(CONFIG, { oneFolder: true }), SETTINGS, []);
    expect(plan.map(({ draft: { splitSeconds, filenamePattern } }) => [splitSeconds, filenamePattern])).toEqual([
      [undefined, '%Y%m%d_%H%M%S'],
      [900, '%Y%m%d_%H%M%S_{source}'],
      [undefined, 'mic/%H'],
    ]);
    expect(plan[0]?.draft).toMatchObject({ url: 'http://radio.example/live', username: 'me', password: 'secret' });
  });

  it('gives a source whose name is taken another', () => {
    const { sources } = preview(CONFIG, ['radio 1', 'Radio 1 2', 'other']);
    expect(sources.map(({ name, renamed }) => [name, renamed])).toEqual([
      ['Radio 1 3', true],
      ['Radio 2', false],
      ['mic', false],
    ]);
  });

  it('says of every setting what becomes of it', () => {
    const { sources, general, problems } = preview(CONFIG);
    const of = (key: string) => sources[1]?.settings.find((setting) => setting.key === key);
    expect(of('split_minutes')).toEqual({
      key: 'split_minutes',
      value: '15',
      becomes: 'A new file every 15 min',
      taken: true,
    });
    const forAll = (key: string) => general.find((setting) => setting.key === key);
    expect(forAll('output_directory')).toMatchObject({ taken: false, becomes: 'Recordings go to /music/Longtake.' });
    expect(forAll('max_retries')).toMatchObject({ value: '3', taken: false });
    expect(forAll('log_file')).toMatchObject({ value: 'recorder.log', taken: false });
    expect([of('output_directory'), of('max_retries'), of('log_file')]).toEqual([undefined, undefined, undefined]);
    expect(of('filename_pattern')?.becomes).toBe('%Y%m%d_%H%M%S_{source}');
    expect(problems).toContainEqual({
      kind: 'note',
      line: 15,
      sentence: expect.stringMatching(/^Line 15: \[mic\] nonsense is no key/) as string,
    });
  });

  it('finds user and password in the address', () => {
    const { sources } = preview(CONFIG);
    const of = (key: string) => sources[0]?.settings.find((setting) => setting.key === key)?.becomes;
    expect([of('url'), of('username'), of('password')]).toEqual([
      'http://radio.example/live',
      'me',
      'Kept with the other passwords',
    ]);
  });

  it('shows no password', () => {
    const text = JSON.stringify(preview(CONFIG));
    expect(text).not.toContain('secret');
    expect(text).not.toContain('hush');
    expect(text).toContain('••••••');
  });
});
