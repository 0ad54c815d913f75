import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { on, request, type RequestOutput } from '../../bridge/bridge.ts';
import { failed, LOADING, type Phase, READY } from '../../stores/phase.ts';

const PAGE = 100;

type Listed = RequestOutput<'trash.list'>;

async function list(wanted: number): Promise<Listed> {
  const first = await request('trash.list', { offset: 0, limit: PAGE });
  const items = [...first.items];
  while (items.length < Math.min(wanted, first.total)) {
    const { items: page } = await request('trash.list', { offset: items.length, limit: PAGE });
    if (page.length === 0) break;
    items.push(...page);
  }
  return { ...first, items };
}

/** What is in the trash, newest first, a page at a time; follows its changes. */
export function useTrash(): Listed & { readonly phase: Phase; more(): void; reload(): void } {
  const [phase, setPhase] = useState<Phase>(LOADING);
  const [listed, setListed] = useState<Listed>({ items: [], total: 0, bytes: 0 });
  const [wanted, setWanted] = useState(PAGE);
  const newest = useRef(0);

  /** Only the newest answer counts: what came before is out of date. */
  const load = useEffectEvent((pageEnd: number) => {
    const mine = ++newest.current;
    list(pageEnd).then(
      (found) => {
        if (mine !== newest.current) return;
        setListed(found);
        setPhase(READY);
      },
      (error: unknown) => {
        if (mine === newest.current) setPhase(failed(error));
      },
    );
  });
  useEffect(() => load(wanted), [wanted]);
  useEffect(() => on('trash.changed', () => load(wanted)), [wanted]);

  return {
    ...listed,
    phase,
    more: () => setWanted(wanted + PAGE),
    reload: () => setWanted(wanted + 1),
  };
}
