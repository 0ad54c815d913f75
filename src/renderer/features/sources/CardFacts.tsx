import type { ReactElement } from 'react';
import type { SourceStatus } from '../../../shared/domain/source.ts';
import { cardFacts } from './sourceWords.ts';

/** What captures a card, and how its clock runs; nothing for what is as usual. */
export function CardFacts({ status }: { readonly status: SourceStatus }): ReactElement | null {
  const facts = cardFacts(status);
  if (facts.length === 0) return null;
  return (
    <p className="source-card ellipsis" title={facts.map(({ detail }) => detail).join('\n')}>
      {facts.map(({ text }) => text).join(' · ')}
    </p>
  );
}
