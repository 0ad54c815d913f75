import { describe, expect, it } from 'vitest';
import { Terminal } from './terminal.ts';

function terminal({ isTTY = true, json = false, env = {} }: { isTTY?: boolean; json?: boolean; env?: object } = {}) {
  const said = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    isTTY,
    columns: 40,
    write: (text: string) => {
      said[name] += text;
    },
  });
  return { said, to: new Terminal({ out: stream('out'), err: stream('err'), env: { ...env }, json }) };
}

describe('Terminal', () => {
  it('shows progress to a person at a terminal, and takes it away before it says something', () => {
    const { said, to } = terminal();
    to.progress('Cutting', 0.5);
    to.line('done');
    expect(said).toEqual({ out: 'done\n', err: '\r\x1b[KCutting 50 %\r\x1b[K' });
  });

  it('shows none to a program, and none of its colours', () => {
    for (const options of [{ isTTY: false }, { json: true }]) {
      const { said, to } = terminal(options);
      to.progress('Cutting', 0.5);
      to.clear();
      expect(said.err).toBe('');
    }
    expect(terminal({ isTTY: false }).to.paint('red', 'x')).toBe('x');
    expect(terminal({ env: { NO_COLOR: '1' } }).to.paint('red', 'x')).toBe('x');
    expect(terminal({ env: { TERM: 'dumb' } }).to.paint('red', 'x')).toBe('x');
    expect(terminal({ env: { NO_COLOR: '' } }).to.paint('red', 'x')).toBe('\x1b[31mx\x1b[0m');
  });

  it('says objects to programs and lines to people', () => {
    const program = terminal({ json: true });
    program.to.line('words');
    program.to.object({ a: 1 });
    expect(program.said).toEqual({ out: '{"a":1}\n', err: '' });
    const person = terminal();
    person.to.object({ a: 1 });
    expect(person.said.out).toBe('');
  });

  it('aligns columns by what is seen of them', () => {
    const { said, to } = terminal({ env: { NO_COLOR: '1' } });
    to.table(
      ['A', 'B'],
      [
        ['\x1b[31mxx\x1b[0m', '1'],
        ['yyyy', '2'],
      ],
    );
    expect(said.out).toBe('A     B\n\x1b[31mxx\x1b[0m    1\nyyyy  2\n');
  });

  it('lets no name move the cursor', () => {
    const { said, to } = terminal();
    to.line('a\x1b[2Jb\x07\x9bc\r');
    expect(said.out).toBe('a\uFFFD[2Jb\uFFFD\uFFFDc\uFFFD\n');
  });
});
