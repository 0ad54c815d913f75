import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkInput } from './checkInput.ts';
import { requests } from './requests.ts';

const patch = requests['settings.update'].input;

function refusal(schema: z.ZodType, input: unknown): unknown {
  try {
    checkInput(schema, input);
  } catch (error) {
    return error;
  }
  throw new Error('It was taken.');
}

describe('what is not possible is told with its place, and with what is', () => {
  const body = z.strictObject({
    label: z.string().trim().min(1).max(200).optional(),
    at: z.number().min(0).max(100).optional(),
    ids: z.array(z.uuid()).min(1).max(3).optional(),
    kind: z.enum(['one', 'two', 'three']).optional(),
    count: z.int().gt(2).lt(7).optional(),
    on: z.boolean().optional(),
    step: z.number().multipleOf(5).optional(),
    form: z.string().regex(/^a+$/).optional(),
    of: z.union([z.string(), z.number()]).optional(),
    part: z.discriminatedUnion('type', [z.object({ type: z.literal('a') })]).optional(),
    deep: z.object({ must: z.string() }).optional(),
  });
  test.each<[unknown, string, string]>([
    [{ label: 5 }, 'label', '"label" must be a text.'],
    [{ label: ' ' }, 'label', '"label" must have at least 1 characters.'],
    [{ at: 'soon' }, 'at', '"at" must be a number.'],
    [{ at: -1 }, 'at', '"at" must be at least 0.'],
    [{ at: 101 }, 'at', '"at" must be at most 100.'],
    [{ ids: [] }, 'ids', '"ids" must have at least 1 entries.'],
    [{ ids: 'all' }, 'ids', '"ids" must be a list.'],
    [{ ids: ['x'] }, 'ids.0', '"ids.0" must be an id, such as 5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11.'],
    [{ kind: 'four' }, 'kind', '"kind" must be "one", "two" or "three".'],
    [{ count: 2 }, 'count', '"count" must be more than 2.'],
    [{ count: 7 }, 'count', '"count" must be less than 7.'],
    [{ count: 3.5 }, 'count', '"count" must be a whole number.'],
    [{ on: 'yes' }, 'on', '"on" must be true or false.'],
    [{ step: 7 }, 'step', '"step" must be a multiple of 5.'],
    [{ form: 'b' }, 'form', '"form" must be written in another way.'],
    [{ of: true }, 'of', '"of" is none of what is possible here.'],
    [{ part: { type: 'b' } }, 'part.type', '"part.type" must be "a".'],
    [{ deep: {} }, 'deep.must', '"deep.must" is missing: it must be a text.'],
    [{ lable: 'x' }, '', '"lable" is not known here.'],
    [{ lable: 'x', id: 1 }, '', '"lable", "id" are not known here.'],
    ['x', '', 'The input must be an object.'],
  ])('%j', (input, field, message) => {
    expect(refusal(body, input)).toMatchObject({ code: 'INVALID_INPUT', message, details: { field } });
  });
});

test.each<[object, string, string]>([
  // A schema that has a sentence of its own is not corrected.
  [{ splitSeconds: 'often' }, 'splitSeconds', 'Enter whole seconds.'],
  [{ alarms: {} }, 'alarms.rules', '"alarms.rules" is missing: it must be an object.'],
  [{ alarms: { rules: { silence: 5 } } }, 'alarms.rules.silence', '"alarms.rules.silence" must be an object.'],
])('of the settings: %j', (input, field, message) => {
  expect(refusal(patch, input)).toMatchObject({ code: 'INVALID_INPUT', message, details: { field } });
});

test('what is possible is what the schema makes of it', () => {
  expect(checkInput(z.strictObject({ label: z.string().trim() }), { label: ' a ' })).toEqual({ label: 'a' });
});
