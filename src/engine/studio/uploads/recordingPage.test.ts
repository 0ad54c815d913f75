import { expect, test } from 'vitest';
import { type Target, targetSchema } from '../../../shared/domain/target.ts';
import { recordingPage } from './recordingPage.ts';

const base = { id: '0f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11', name: 'There', enabled: true };
const server = (url: string): Target => targetSchema.parse({ ...base, kind: 'longtake-server', url, auth: 'token' });
const store = (pathStyle: boolean, endpoint?: string): Target =>
  targetSchema.parse({
    ...base,
    kind: 's3',
    ...(endpoint === undefined ? {} : { endpoint }),
    region: 'eu-west-1',
    bucket: 'night',
    prefix: '',
    pathStyle,
    accessKeyId: 'x',
    form: 'cmaf',
    bitrate: 96_000,
    wholeFile: false,
  });

test.each([
  ['https://a.example/recordings/1', server('https://a.example/sub')],
  ['http://127.0.0.1:8484/recordings/1', server('http://127.0.0.1:8484')],
  ['https://s3.eu-west-1.amazonaws.com/night/x/index.m3u8', store(true)],
  ['https://night.s3.eu-west-1.amazonaws.com/x/index.m3u8', store(false)],
  ['https://night.store.example:9000/x', store(false, 'https://store.example:9000')],
])('%s is a page of the target', (link, target) => {
  expect(recordingPage(link, target).href).toBe(link);
});

test.each([
  ['https://b.example/recordings/1', server('https://a.example'), 'NOT_ALLOWED'],
  ['https://a.example:444/recordings/1', server('https://a.example'), 'NOT_ALLOWED'],
  ['http://a.example/recordings/1', server('https://a.example'), 'NOT_ALLOWED'],
  ['http://a.example/recordings/1', server('http://a.example'), 'NOT_ALLOWED'],
  ['javascript:alert(1)', server('https://a.example'), 'NOT_ALLOWED'],
  ['file:///etc/passwd', server('https://a.example'), 'NOT_ALLOWED'],
  ['https://s3.eu-west-1.amazonaws.com/x', store(false), 'NOT_ALLOWED'],
  ['no address', server('https://a.example'), 'NOT_FOUND'],
  [undefined, server('https://a.example'), 'NOT_FOUND'],
  ['https://a.example/1', undefined, 'NOT_FOUND'],
])('%s is opened by nobody', (link, target, code) => {
  expect(() => recordingPage(link, target)).toThrow(expect.objectContaining({ code }));
});
