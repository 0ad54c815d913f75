import { describe, expect, it } from 'vitest';
import { SetupProblem } from '../../scripts/setup/problem.mjs';
import { Reporter, patient, spell } from '../../scripts/setup/report.mjs';

/** A terminal or a log whose time stands still until `pass` is called. */
function screen(isTty: boolean) {
  let nowMs = 0;
  let text = '';
  const ticks = new Set<() => void>();
  const reporter = new Reporter({
    write: (more: string) => {
      text += more;
    },
    isTty,
    columns: 60,
    now: () => nowMs,
    repeat: (run: () => void) => {
      ticks.add(run);
      return () => void ticks.delete(run);
    },
  });
  return {
    reporter,
    text: () => text,
    lines: () => text.trimEnd().split('\n'),
    pass: (ms: number) => {
      nowMs += ms;
      for (const tick of ticks) tick();
    },
    running: () => ticks.size,
  };
}

describe('a step on a log', () => {
  it('is one line when it is quick', async () => {
    const { reporter, text } = screen(false);
    await reporter.step('Node', async () => ({ outcome: '20.20.2', value: undefined }));
    expect(text()).toBe('  ok    Node: 20.20.2\n');
  });

  it('shows progress after a second, and then at most every five', async () => {
    const { reporter, lines, pass } = screen(false);
    await reporter.step('npm packages', async (progress) => {
      for (let second = 1; second <= 12; second += 1) {
        progress(`fetched ${second}`);
        pass(1000);
      }
      return { outcome: 'installed', value: undefined };
    });
    expect(lines()).toEqual([
      '  ...   npm packages: fetched 1 (1.0 s)',
      '  ...   npm packages: fetched 6 (6.0 s)',
      '  ...   npm packages: fetched 11 (11 s)',
      '  ok    npm packages: installed (12 s)',
    ]);
  });

  it('gives a sign of life when it has nothing new to say', async () => {
    const { reporter, lines, pass } = screen(false);
    await reporter.step('better-sqlite3', async (progress) => {
      progress('compiling');
      for (let second = 1; second <= 20; second += 1) pass(1000);
      return { outcome: 'compiled', value: undefined };
    });
    expect(lines()).toEqual([
      '  ...   better-sqlite3: compiling (1.0 s)',
      '  ...   better-sqlite3: compiling (16 s)',
      '  ok    better-sqlite3: compiled (20 s)',
    ]);
  });

  it('says what failed, why and what to do, and stops its timer', async () => {
    const { reporter, text, running } = screen(false);
    const problem = new SetupProblem({ what: 'it broke', why: 'first\nsecond', todo: 'mend it' });
    await expect(
      reporter.step('Thing', async () => {
        throw problem;
      }),
    ).rejects.toBe(problem);
    expect(text()).toBe('  FAILED  Thing: it broke\n        Why: first\n        second\n        What to do: mend it\n');
    expect(running()).toBe(0);
  });

  it('marks what was gone without', async () => {
    const { reporter, text } = screen(false);
    await reporter.step('naudiodon', async () => ({ outcome: { note: 'no soundcards' }, value: undefined }));
    expect(text()).toBe('  note  naudiodon: no soundcards\n');
  });

  it('hands on its value', async () => {
    const { reporter } = screen(false);
    expect(await reporter.step('Answer', async () => ({ outcome: 'ready', value: 42 }))).toBe(42);
  });
});

describe('a step on a terminal', () => {
  it('rewrites one line, never wider than the terminal', async () => {
    const { reporter, text, pass } = screen(true);
    await reporter.step('App', async (progress) => {
      progress('x'.repeat(100));
      pass(1500);
      return { outcome: 'built', value: undefined };
    });
    const parts = text().split('\r\u001b[K');
    expect(parts.at(-1)).toBe('  ok    App: built (1.5 s)\n');
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(60);
    expect(text().match(/\n/g)).toHaveLength(1);
  });
});

it('spells durations', () => {
  expect([0, 440, 9949, 12_400, 59_600, 185_000].map(spell)).toEqual([
    '0.0 s',
    '0.4 s',
    '9.9 s',
    '12 s',
    '1 min 00 s',
    '3 min 05 s',
  ]);
});

describe('a patient report', () => {
  const told = (lines: readonly string[]): string => {
    let text = '';
    const edges = patient({
      write: (more: string) => {
        text += more;
      },
      isTty: false,
      columns: 60,
      now: () => 0,
      repeat: () => () => undefined,
    });
    for (const line of lines) edges.write(line);
    return text;
  };

  it('says nothing when everything is there', () => {
    expect(told(['Longtake: getting ready\n', '  ok    Node: 20.20.2\n', 'Ready in 0.2 s.\n'])).toBe('');
  });

  it.each(['  ...   App: building (1.2 s)\n', '  note  System packages: some are missing\n', '  FAILED  App: no\n'])(
    'says all from the beginning once there is %j',
    (line) => {
      const lines = ['Longtake: getting ready\n', '  ok    Node: 20.20.2\n', line, 'Ready in 2 s.\n'];
      expect(told(lines)).toBe(lines.join(''));
    },
  );
});
