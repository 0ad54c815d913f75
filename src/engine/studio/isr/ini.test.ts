import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFileText } from '../../../shared/decodeText.ts';
import { type IniFile, parseIni } from './ini.ts';

const PYTHON = 'python3';
const hasPython = spawnSync(PYTHON, ['--version']).status === 0;
/** Reads texts as ISR does and answers what it found in each, or that it refused it. */
const ORACLE = `
import configparser, json, sys
answers = []
for text in json.load(sys.stdin):
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
        answers.append({'defaults': parser.defaults(), 'sections': {name: dict(parser._sections[name]) for name in parser.sections()}})
    except configparser.Error:
        answers.append(None)
json.dump(answers, sys.stdout)
`;

const TOKENS = '[general] [a] [DEFAULT] [b]c] [] [ ] x X key = : # ; %Y %% ü "'.split(' ');
const BREAKS = [' ', '  ', '\t', '\n', '\r\n', '\n  ', '\n\n', 'é = ', '\nx = 1', '\ny: 2'];

const plain = (entries: IniFile['defaults']): Record<string, string> =>
  Object.fromEntries([...entries.values()].map(({ key, value }) => [key, value]));

function summary(file: IniFile): unknown {
  if (file.problems.length > 0) return null;
  const sections = Object.fromEntries(file.sections.map(({ name, entries }) => [name, plain(entries)]));
  return { defaults: plain(file.defaults), sections };
}

const sectionsOf = (text: string): unknown => (summary(parseIni(text)) as { sections: unknown }).sections;

describe('parseIni', () => {
  it('reads sections, keys in any letter case, both delimiters and comments of their own line', () => {
    const text = '# one\n[Radio 1]\nURL = http://a/b?c=d:e ; kept\n; two\nFormat: mp3\n  # three\n[b]\n';
    expect(sectionsOf(text)).toEqual({ 'Radio 1': { url: 'http://a/b?c=d:e ; kept', format: 'mp3' }, b: {} });
  });

  it('takes percent signs as they stand', () => {
    expect(sectionsOf('[a]\nfilename_pattern = %Y/%m/%%d')).toEqual({ a: { filename_pattern: '%Y/%m/%%d' } });
  });

  it('knows lines that go on, and empty lines between them', () => {
    const text = '[a]\nkey = one\n  two\n\n  # not this\n  three\nnext = 1\n';
    expect(sectionsOf(text)).toEqual({ a: { key: 'one\ntwo\n\nthree', next: '1' } });
  });

  it('keeps empty values, quotes and dots', () => {
    expect(sectionsOf('[a.b]\nkey =\nname = "x"\n')).toEqual({ 'a.b': { key: '', name: '"x"' } });
  });

  it('reads any line ends', () => {
    expect(sectionsOf('[a]\r\nx = 1\r\n[b]\ry = 2\r')).toEqual({ a: { x: '1' }, b: { y: '2' } });
  });

  it('keeps what DEFAULT says apart, also when it comes twice', () => {
    const file = parseIni('[DEFAULT]\na = 1\n[x]\n[DEFAULT]\nb = 2\n');
    expect(file.problems).toEqual([]);
    expect(plain(file.defaults)).toEqual({ a: '1', b: '2' });
  });

  it('tells the line of every value', () => {
    const [section] = parseIni('\n[a]\n\nx = 1\n').sections;
    expect(section?.line).toBe(2);
    expect(section?.entries.get('x')?.line).toBe(4);
  });

  it.each([
    ['a key that comes twice', '[a]\nx = 1\nX = 2\n', 3, '"x" twice; the first is in line 2'],
    ['a section that comes twice', '[a]\nx = 1\n[b]\n[a]\n', 4, 'two sections [a]; the first is in line 1'],
    ['a value before any section', 'x = 1\n[a]\n', 1, 'before the first section'],
    ['a line that is nothing', '[a]\nnonsense\n', 2, '"nonsense" is no'],
    ['a value without a key', '[a]\n= 5\n', 2, 'is no "key = value"'],
  ])('refuses %s', (_, text, line, message) => {
    const { problems } = parseIni(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(line);
    expect(problems[0]?.message).toContain(message);
  });

  it('does not list every line of a file that is something else', () => {
    expect(parseIni('nonsense\n'.repeat(10_000)).problems.length).toBeLessThan(50);
  });

  const pieces = fc.constantFrom(...TOKENS, ...BREAKS);
  const texts = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));

  it.skipIf(!hasPython)('finds what configparser finds, and refuses what it refuses', () => {
    const cases = fc.sample(texts, 3000);
    const answer = spawnSync(PYTHON, ['-c', ORACLE], { input: JSON.stringify(cases), encoding: 'utf8' });
    const expected = JSON.parse(answer.stdout) as unknown[];
    expect(expected).toHaveLength(cases.length);
    for (const [index, text] of cases.entries()) {
      expect(summary(parseIni(text)), JSON.stringify(text)).toEqual(expected[index]);
    }
  });

  it('survives anything, quickly', () => {
    fc.assert(
      fc.property(fc.oneof(texts, fc.string({ maxLength: 500 }), fc.string({ unit: 'binary' })), (text) => {
        const file = parseIni(text);
        for (const { line } of [...file.problems, ...file.sections]) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('takes time in proportion to the length, whatever it holds', () => {
    const elapsed = (text: string): number => {
      const start = performance.now();
      parseIni(text);
      return performance.now() - start;
    };
    for (const filler of [' ', '\t', '=', ']', '[', '\n ', '#\n']) {
      expect(elapsed(`[a]\nx${filler.repeat(500_000)}y`), JSON.stringify(filler)).toBeLessThan(30_000);
    }
  });
});

describe('decodeFileText', () => {
  const text = '[Köln]\nx = 1\n';
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['Latin-1', Buffer.from(text, 'latin1')],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('reads %s', (_, bytes) => {
    expect(decodeFileText(bytes)).toBe(text);
  });
});
