import type { z } from 'zod';
import { LongtakeError } from '../errors.ts';

/** What the schema library calls a kind of value, for a person. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};
/** What is counted of a value that has a length. */
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries', set: 'entries' };
const FORMS: Readonly<Record<string, string>> = {
  uuid: 'an id, such as 5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11',
  url: 'an address, such as https://example.org/',
  email: 'an e-mail address',
};

/**
 * What `input` is by `schema`.
 *
 * @throws {LongtakeError} INVALID_INPUT, whose sentence says what was wrong and what is possible, and whose
 * `details.field` says where, with dots: `alarms.rules.silence.seconds`. Empty: the input as a whole.
 */
export function checkInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  // Where a schema has a sentence of its own, that one is told.
  const parsed = schema.safeParse(input, { error: sentenceOf });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LongtakeError('INVALID_INPUT', issue?.message ?? 'The input is not valid.', {
    details: { field: issue?.path.join('.') ?? '' },
  });
}

function sentenceOf(issue: z.core.$ZodRawIssue): string {
  const path = issue.path?.join('.') ?? '';
  const what = path === '' ? 'The input' : `"${path}"`;
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${what} is missing: it must be ${kindOf(issue.expected)}.`;
      return `${what} must be ${kindOf(issue.expected)}.`;
    case 'too_small':
      return `${what} must ${bound(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')}.`;
    case 'too_big':
      return `${what} must ${bound(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')}.`;
    case 'not_multiple_of':
      return `${what} must be a multiple of ${issue.divisor}.`;
    case 'invalid_format':
      return `${what} must be ${FORMS[issue.format] ?? 'written in another way'}.`;
    case 'invalid_value':
      return `${what} must be ${listOf(issue.values)}.`;
    case 'unrecognized_keys':
      return `${unknownKeys(issue.path ?? [], issue.keys)} not known here.`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `${what} must be ${listOf(issue.options)}.`
        : `${what} is none of what is possible here.`;
    default:
      return `${what} is not possible.`;
  }
}

function unknownKeys(path: readonly PropertyKey[], keys: readonly string[]): string {
  const names = keys.map((key) => `"${[...path, key].join('.')}"`);
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}`;
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

function bound(origin: string, value: number | bigint, than: string): string {
  const counted = COUNTED[origin];
  return counted === undefined ? `be ${than} ${value}` : `have ${than} ${value} ${counted}`;
}

function listOf(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value));
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}
