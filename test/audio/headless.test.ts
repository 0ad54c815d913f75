import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decode, probe } from '../support/ffmpeg.ts';
import { Headless } from '../support/headless.ts';
import { Icecast, LISTENER } from '../support/icecast.ts';
import { startVirtualCards, type VirtualCards } from '../support/pulse.ts';

/** ISR's own words: what its users have. */
const CONFIG = (icecast: Icecast): string => `# studio
[general]
output_directory = rec
split_minutes = 30
max_retries = 3
retry_delay_seconds = 1
log_level = INFO
log_file = logs/recorder.log

[Studio A]
type = soundcard
device = STUDIO_A
sample_rate = 48000
channels = 2

[Studio B]
type = soundcard
device = studio_b
format = flac
filename_pattern = b/%Y/%m/%Y-%m-%d_%H-%M-%S

[Radio 1]
type = stream
url = ${icecast.url('/radio.mp3')}
; the server lies, and so it is said here
format = mp3

[Radio 2]
type: stream
url: ${icecast.url('/private/live.aac')}
username: ${LISTENER.username}
password: ${LISTENER.password}
`;

describe('longtake, the command', () => {
  let virtual: VirtualCards;
  let icecast: Icecast;
  let folder: string;
  let running: Headless[];

  beforeAll(async () => {
    virtual = await startVirtualCards({ studio_a: {}, studio_b: {} });
    icecast = await Icecast.start();
    await icecast.play('/radio.mp3');
    await icecast.play('/private/live.aac');
  });
  afterAll(async () => {
    await icecast.dispose();
    await virtual.stop();
  });
  beforeEach(async () => {
    running = [];
    folder = await mkdtemp(join(tmpdir(), 'longtake-headless-'));
  });
  afterEach(async () => {
    await Promise.all(running.map((command) => command.stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  });

  const longtake = (...args: readonly string[]): Headless => {
    const command = new Headless(args, { folder, env: virtual.env });
    running.push(command);
    return command;
  };
  const record = async (config: string, ...args: readonly string[]): Promise<Headless> => {
    await writeFile(join(folder, 'config.ini'), config);
    return longtake('record', '--config', 'config.ini', '--json', ...args);
  };
  const filesIn = async (path: string): Promise<string[]> =>
    (await readdir(join(folder, path), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.longtake'))
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, path).length + 1))
      .toSorted();
  const opened = (command: Headless, source: string): number =>
    command.of('recordings.opened').filter(({ sourceName }) => sourceName === source).length;

  it('lists the inputs as a configuration names them', async () => {
    const command = longtake('devices', '--json');
    expect(await command.ended()).toBe(0);
    const listed = command.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    for (const name of ['studio_a', 'studio_b']) {
      expect(listed).toContainEqual(expect.objectContaining({ type: 'device', id: name, name, hostApi: 'ALSA' }));
    }
    const table = longtake('--list-devices');
    expect(await table.ended()).toBe(0);
    expect(table.stdout).toMatch(/^studio_a +studio_a/m);
  });

  it('records what the file says, splits all at once, and closes every file on SIGTERM', async () => {
    const names = ['Studio A', 'Studio B', 'Radio 1', 'Radio 2'];
    const command = await record(CONFIG(icecast), '--split-seconds', '5');
    await command.until('every source has split twice', () => names.every((name) => opened(command, name) >= 3));

    command.signal('SIGTERM');
    expect(await command.ended()).toBe(0);
    expect(command.of('recordings.closed')).toHaveLength(command.of('recordings.opened').length);

    const files = await filesIn('rec');
    expect(files).toHaveLength(command.of('recordings.opened').length);
    for (const file of files) {
      expect(file).toMatch(/^(\d{8}_\d{6}\.(wav|mp3|aac)|b\/\d{4}\/\d\d\/\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.flac)$/);
      const { complaints } = await decode(join(folder, 'rec', file));
      expect(complaints, file).toBe('');
    }
    const split = files.filter((file) => /[05]\.(wav|flac|mp3|aac)$/.test(file));
    expect(split.length).toBeGreaterThanOrEqual(4 * 2);
    const log = await readFile(join(folder, 'logs', 'recorder.log'), 'utf8');
    expect(log).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO Radio 2: recording \d{8}_\d{6}\.aac/m);
    expect(log).toContain('Every file is closed.');
    expect(log + command.stdout + command.stderr).not.toContain(LISTENER.password);
  });

  it('records every format of streams that ISR knows', async () => {
    // What the file asks for, what plays, and the ending of what is written.
    const formats = [
      ['ogg', '/radio.ogg', 'ogg'],
      ['opus', '/radio.opus', 'opus'],
      ['flac', '/radio.flac', 'flac'],
      ['auto', '/radio.opus', 'opus'],
    ] as const;
    await Promise.all([...new Set(formats.map(([, mount]) => mount))].map((mount) => icecast.play(mount)));
    const sections = formats.map(([format, mount]) => {
      const pattern = `filename_pattern = ${format}/%Y%m%d_%H%M%S`;
      return `[${format}]\ntype = stream\nurl = ${icecast.url(mount)}\nformat = ${format}\n${pattern}\n`;
    });
    const command = await record(sections.join(''), '--split-seconds', '5');
    await command.until('each has split twice', () => formats.every(([name]) => opened(command, name) >= 3));
    command.signal('SIGTERM');
    expect(await command.ended()).toBe(0);
    for (const [format, , ending] of formats) {
      const files = await filesIn(`recordings/${format}`);
      expect(files.length).toBeGreaterThanOrEqual(3);
      for (const file of files) {
        expect(file).toMatch(new RegExp(`^\\d{8}_\\d{6}\\.${ending}$`));
        expect((await decode(join(folder, 'recordings', format, file))).complaints, file).toBe('');
      }
    }
  });

  it('says what it would record, and records nothing', async () => {
    const command = await record(CONFIG(icecast), '--check');
    expect(await command.ended()).toBe(0);
    const sources = command.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(sources).toMatchObject(
      ['Studio A', 'Studio B', 'Radio 1', 'Radio 2'].map((name) => ({ type: 'source', name, splitSeconds: 1800 })),
    );
    expect(command.stdout).not.toContain(LISTENER.password);
    expect(await readdir(folder)).toEqual(['config.ini']);
  });

  it('gives up on one source and goes on with the others', async () => {
    const dead = '[dead]\ntype = stream\nurl = http://127.0.0.1:9/\nmax_retries = 2\nretry_delay_seconds = 0.1\n';
    const command = await record(`${CONFIG(icecast)}${dead}`);
    const status = (): unknown => command.of('sources.status').find(({ gaveUp }) => gaveUp === true);
    await command.until(
      'it gave up and Radio 1 records',
      () => status() !== undefined && opened(command, 'Radio 1') > 0,
    );
    expect(status()).toMatchObject({ state: 'failed', attempt: 2 });
    command.signal('SIGINT');
    expect(await command.ended()).toBe(0);
    // What it logs is on another pipe than its events.
    expect(command.stderr).toMatch(/ERROR dead: gave up after 2 failures in a row/);
  });

  it('gives up on a card that is not there, while another one records', async () => {
    const missing = '[Gone]\ntype = soundcard\ndevice = no such card\nmax_retries = 4\nretry_delay_seconds = 0.5\n';
    const command = await record(`${CONFIG(icecast)}${missing}`);
    const given = (): unknown => command.of('sources.status').find(({ gaveUp }) => gaveUp === true);
    await command.until(
      'it gave up, and a card records',
      () => given() !== undefined && opened(command, 'Studio A') > 0,
    );
    expect(given()).toMatchObject({ attempt: 4, problem: { code: 'DEVICE_NOT_FOUND' } });
    // A list of inputs that was frozen is no reason to begin anew.
    command.signal('SIGTERM');
    expect(await command.ended()).toBe(0);
    expect(command.stderr.match(/gave up after/g)).toHaveLength(1);
  });

  it('ends when every source has given up, and says so', async () => {
    const general = '[general]\nmax_retries = 2\nretry_delay_seconds = 0.1\n';
    const sources = '[a]\ntype = stream\nurl = http://127.0.0.1:9/\n[b]\ntype = soundcard\ndevice = no such card\n';
    const command = await record(general + sources);
    expect(await command.ended()).toBe(3);
    expect(command.stderr).toContain('Every source has given up');
  });

  it('keeps the folder of each source, and two sources with one pattern apart', async () => {
    const stream = `type = stream\nformat = mp3\nurl = ${icecast.url('/radio.mp3')}\n`;
    const config = `[one]\n${stream}[two]\n${stream}[three]\n${stream}output_directory = third/x\n`;
    const command = await record(config, '--split-seconds', '86400');
    await command.until('all three record', () => ['one', 'two', 'three'].every((name) => opened(command, name) > 0));
    command.signal('SIGTERM');
    expect(await command.ended()).toBe(0);
    // Which of them began in an earlier second is open.
    const shortFirst = (await filesIn('recordings')).toSorted((a, b) => a.length - b.length);
    const [first, second, ...rest] = shortFirst;
    expect(rest).toEqual([]);
    expect(first).toMatch(/^\d{8}_\d{6}\.mp3$/);
    expect(second).toMatch(/^\d{8}_\d{6}_two\.mp3$/);
    expect(await filesIn('third')).toEqual([expect.stringMatching(/^x\/\d{8}_\d{6}\.mp3$/)]);
  });

  it('does not run twice with one configuration', async () => {
    const config = `[one]\ntype = stream\nurl = ${icecast.url('/radio.mp3')}\n`;
    const command = await record(config);
    await command.until('it records', () => opened(command, 'one') > 0);
    const second = await record(config);
    expect(await second.ended()).toBe(1);
    expect(second.stderr).toContain('Another longtake records with this configuration');
    command.signal('SIGKILL');
    await command.ended();
    const third = await record(config);
    await third.until('it records', () => opened(third, 'one') > 0);
  });

  it('mends what a killed run left, tells what was lost, and tags files only when it is asked to', async () => {
    const config = `[one]\ntype = stream\nurl = ${icecast.url('/radio.mp3')}\n`;
    const command = await record(config);
    await command.until('it records', () => command.of('recordings.opened').length > 0);
    command.signal('SIGKILL');
    await command.ended();
    const again = await record(config, '--tags');
    await again.until('a gap has ended', () => again.of('gaps.changed').some(({ to }) => to !== undefined));
    expect(again.of('gaps.changed')[0]).toMatchObject({ sourceName: 'one' });
    again.signal('SIGTERM');
    expect(await again.ended()).toBe(0);
    const files = await filesIn('recordings');
    for (const file of files) expect((await decode(join(folder, 'recordings', file))).complaints, file).toBe('');
    const sources = await Promise.all(files.map(async (file) => (await probe(join(folder, 'recordings', file))).tags));
    expect(sources.filter(({ SOURCE }) => SOURCE === undefined)).toHaveLength(command.of('recordings.opened').length);
    expect(sources.filter(({ SOURCE }) => SOURCE === 'one')).toHaveLength(again.of('recordings.opened').length);
  });

  it('refuses a file that is wrong, with its lines', async () => {
    const command = await record('[a]\ntype = stream\n[a]\nnonsense\n');
    expect(await command.ended()).toBe(2);
    expect(command.stderr).toContain('config.ini:1: [a] url is missing.');
    expect(command.stderr).toContain('config.ini:3: There are two sections [a]');
    expect(command.stderr).toContain('config.ini:4: "nonsense" is no');
    expect(await readdir(folder)).toEqual(['config.ini']);
  });

  it.each([
    [['record', '--config', 'nowhere.ini'], 'nowhere.ini cannot be read'],
    [['record', '--split-seconds', '0'], 'Enter whole seconds from 5'],
    [['sing'], "unknown command 'sing'"],
  ])('refuses %j', async (args, sentence) => {
    const command = longtake(...args);
    expect(await command.ended()).toBe(2);
    expect(command.stderr).toContain(sentence);
  });

  it('knows nothing of Electron', async () => {
    const built = join(import.meta.dirname, '../../out/main');
    const seen = new Set<string>();
    const follow = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      const text = await readFile(join(built, file), 'utf8');
      expect(text, file).not.toMatch(/from ?["']electron["']|require\(["']electron["']\)/);
      for (const [, path = ''] of text.matchAll(/from ?["'](\.[^"']+)["']/g)) await follow(join(file, '..', path));
    };
    await follow('longtake.js');
    expect(seen.size).toBeGreaterThan(1);
  });

  it('takes passwords from the environment', async () => {
    const url = icecast.url('/private/live.aac');
    await writeFile(
      join(folder, 'config.ini'),
      `[Radio 2]\ntype = stream\nurl = ${url}\nusername = ${LISTENER.username}\n`,
    );
    const env = { ...virtual.env, LONGTAKE_PASSWORD_RADIO_2: LISTENER.password };
    const command = new Headless(['record', '--json'], { folder, env });
    running.push(command);
    await command.until('it records', () => command.of('recordings.opened').length > 0);
    expect(command.of('recordings.opened')[0]).toMatchObject({ sourceName: 'Radio 2', container: 'adts' });
  });
});
