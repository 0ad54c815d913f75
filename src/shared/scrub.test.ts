import { describe, expect, it } from 'vitest';
import { MAX_LINE, logLine, scrubText } from './scrub.ts';

describe('scrubText', () => {
  it.each([
    ['GET http://anna:hunter2@host:8000/live failed', 'GET http://***@host:8000/live failed'],
    ['https://hunter2@host/a', 'https://***@host/a'],
    ['icecast+tls://a:b%40c@h/', 'icecast+tls://***@h/'],
    ['http://h/x?user=a&password=hunter2&b=1', 'http://h/x?user=a&password=***&b=1'],
    ['http://h/x?api_key=abc#t', 'http://h/x?api_key=***#t'],
    ['Authorization: Basic YTpi', 'Authorization: Basic ***'],
    ['{"authorization":"Bearer abc.def"}', '{"authorization":"Bearer ***"}'],
  ])('hides the secret in %s', (text, wanted) => {
    expect(scrubText(text)).toBe(wanted);
  });

  it.each(['http://host/a@b', 'mail anna@host.org', 'http://host/?q=a@b', 'a:b@c', 'monkey=1'])(
    'leaves %s alone',
    (text) => {
      expect(scrubText(text)).toBe(text);
    },
  );
});

describe('logLine', () => {
  it('hides values by the names of their keys, at any depth', () => {
    const line = logLine('Source changed.', { source: { name: 'A', password: 'hunter2', uploadToken: 'xyz' } });
    expect(line).toBe('Source changed. {"source":{"name":"A","password":"***","uploadToken":"***"}}');
  });

  it('stays one line that no terminal obeys', () => {
    const line = logLine('Title: a\r\nb\u001b[31mred\u0007', { title: 'c\nd\u009b' });
    // eslint-disable-next-line no-control-regex -- these characters are the subject
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(line).toContain('"c\\nd');
  });

  it('tells of errors with their cause, without secrets', () => {
    const error = new Error('http://a:hunter2@h/ failed', {
      cause: Object.assign(new Error('inner'), { code: 'EIO' }),
    });
    const line = logLine('Lost.', { error });
    expect(line).toContain('http://***@h/ failed');
    expect(line).toContain('"code":"EIO"');
    expect(line).not.toContain('hunter2');
  });

  it('survives data that cannot be written, and bounds its length', () => {
    const ring: Record<string, unknown> = {};
    ring['ring'] = ring;
    expect(logLine('Ring.', ring)).toContain('cannot be shown');
    expect(logLine('x'.repeat(2 * MAX_LINE)).length).toBeLessThan(MAX_LINE + 10);
  });
});
