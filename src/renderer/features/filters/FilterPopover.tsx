import { ListFilter } from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { day as asDay, type SourceId } from '../../../shared/units.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { Popover } from '../../elements/Popover.tsx';
import { conditionCount, filterStore, useFilter } from '../../stores/filter.ts';
import { useSources } from '../../stores/sources.ts';
import { useTimeline } from '../../stores/timeline.ts';
import './filters.css';

/** Which recordings are shown. What is chosen holds at once. */
export function FilterPopover(): ReactElement {
  const conditions = useFilter((state) => conditionCount(state.filter));
  return (
    <Popover
      label="Filters"
      className="filters"
      trigger={
        <Button look="quiet" className={conditions > 0 ? 'filters-set' : undefined}>
          <ListFilter size={14} aria-hidden />
          Filters
          {conditions > 0 && <span className="filters-count">{conditions}</span>}
        </Button>
      }
    >
      {() => <Conditions />}
    </Popover>
  );
}

function Conditions(): ReactElement {
  const filter = useFilter((state) => state.filter);
  const { change } = filterStore.getState();
  return (
    <div className="fields">
      <div className="field-row">
        <Field label="From">
          {(control) => (
            <TextInput
              {...control}
              type="date"
              value={filter.fromDay ?? ''}
              onChange={({ target }) => change({ fromDay: target.value === '' ? undefined : asDay(target.value) })}
            />
          )}
        </Field>
        <Field label="To">
          {(control) => (
            <TextInput
              {...control}
              type="date"
              value={filter.toDay ?? ''}
              onChange={({ target }) => change({ toDay: target.value === '' ? undefined : asDay(target.value) })}
            />
          )}
        </Field>
      </div>
      <Field label="Longer than, seconds">
        {(control) => (
          <TextInput
            {...control}
            type="number"
            min={0}
            max={1e7}
            step="any"
            value={filter.longerThanSeconds ?? ''}
            onChange={({ target }) =>
              change({
                longerThanSeconds:
                  target.value === '' || !target.validity.valid ? undefined : target.valueAsNumber || undefined,
              })
            }
          />
        )}
      </Field>
      <Checkbox
        label="Has sections"
        checked={filter.hasSections === true}
        onChange={(checked) => change({ hasSections: checked })}
      />
      <Checkbox
        label="With gaps"
        note="Its source has a gap before the next recording."
        checked={filter.withGaps === true}
        onChange={(checked) => change({ withGaps: checked })}
      />
      <Sources />
      <div className="filters-foot">
        <Button onClick={() => filterStore.getState().clear()}>Clear all filters</Button>
      </div>
    </div>
  );
}

/** Sources of now, and those that were removed and have something in days that were seen. */
function Sources(): ReactElement | null {
  const ids = useSources((state) => state.ids);
  const byId = useSources((state) => state.byId);
  const seen = useTimeline((state) => state.names);
  const chosen = useFilter((state) => state.filter.sourceIds) ?? [];
  const all = useMemo(() => {
    const names = new Map<SourceId, string>();
    for (const id of ids) names.set(id, byId.get(id)?.config.name ?? '');
    for (const [id, name] of seen) if (!names.has(id)) names.set(id, name);
    return [...names];
  }, [ids, byId, seen]);
  if (all.length < 2) return null;
  return (
    <FieldGroup label="Sources">
      <div className="filters-sources">
        {all.map(([id, name]) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={(checked) =>
              filterStore
                .getState()
                .change({ sourceIds: checked ? [...chosen, id] : chosen.filter((other) => other !== id) })
            }
          />
        ))}
      </div>
    </FieldGroup>
  );
}
