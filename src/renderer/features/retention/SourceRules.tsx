import type { ReactElement } from 'react';
import { Select } from '../../elements/controls.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { useSources } from '../../stores/sources.ts';
import { errorOf, NumberField } from './NumberField.tsx';
import type { ParsedRules, RuleDraft, SourceDraft } from './ruleWords.ts';

interface SourceRulesProps {
  readonly draft: RuleDraft;
  readonly parsed: ParsedRules;
  onChange(sources: RuleDraft['sources']): void;
}

type Mode = 'all' | SourceDraft['mode'];

const MODES: readonly { readonly value: Mode; readonly label: string }[] = [
  { value: 'all', label: 'As above' },
  { value: 'own', label: 'Limits of its own' },
  { value: 'keep', label: 'Keep everything' },
];

/** Sources can have limits of their own, or none. */
export function SourceRules({ draft, parsed, onChange }: SourceRulesProps): ReactElement | null {
  const sources = useSources((state) => state.byId);
  if (sources.size === 0) return null;
  const choose = (id: string, mode: Mode): void => {
    const { [id]: before, ...others } = draft.sources;
    if (mode === 'all') onChange(others);
    else onChange({ ...others, [id]: { maxAgeDays: '', maxTotalGb: '', ...before, mode } });
  };
  return (
    <FieldGroup label="Single sources">
      <ul className="source-rules">
        {[...sources.values()].map(({ config: { id, name } }) => {
          const rule = draft.sources[id];
          const set = (part: Partial<SourceDraft>): void => {
            if (rule) onChange({ ...draft.sources, [id]: { ...rule, ...part } });
          };
          return (
            <li key={id}>
              <span className="ellipsis" title={name}>
                {name}
              </span>
              <Select
                aria-label={`Rule for ${name}`}
                value={rule?.mode ?? 'all'}
                choices={MODES}
                onChoose={(mode) => choose(id, mode)}
              />
              {rule?.mode === 'own' && (
                <>
                  <NumberField
                    label="Older than"
                    unit="days"
                    value={rule.maxAgeDays}
                    error={errorOf(parsed, `${id}.maxAgeDays`)}
                    onChange={(maxAgeDays) => set({ maxAgeDays })}
                  />
                  <NumberField
                    label="At most"
                    unit="GB"
                    value={rule.maxTotalGb}
                    error={errorOf(parsed, `${id}.maxTotalGb`)}
                    onChange={(maxTotalGb) => set({ maxTotalGb })}
                  />
                </>
              )}
            </li>
          );
        })}
      </ul>
    </FieldGroup>
  );
}
