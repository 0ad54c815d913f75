import { expect, test } from 'vitest';
import { requests } from '../contract/requests.ts';
import { libraryFilterSchema } from './filter.ts';

test.each(['2026-13-01', '2026-02-30', '2026-02-29', '2026-1-1', 'today', ''])('"%s" is asked for nowhere', (day) => {
  const asked = [
    libraryFilterSchema.safeParse({ fromDay: day }),
    libraryFilterSchema.safeParse({ toDay: day }),
    requests['library.gaps'].input.safeParse({ day }),
    requests['library.recordings'].input.safeParse({ day, offset: 0, limit: 1 }),
    requests['library.calendar'].input.safeParse({ fromDay: '2026-01-01', toDay: day }),
    requests['analysis.detect'].input.safeParse({ fromDay: day }),
  ];
  const days = asked.map(({ error }) => error?.issues.find(({ path }) => /day$/i.test(String(path[0])))?.message);
  expect(days).toEqual(asked.map(() => 'Write a day as 2026-11-21.'));
});

test.each(['2026-11-21', '2028-02-29', '9999-12-31'])('%s is a day', (day) => {
  expect(requests['library.gaps'].input.parse({ day })).toEqual({ day });
});
