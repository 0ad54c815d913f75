import { type ReactElement, useState } from 'react';
import type { Section } from '../../../shared/domain/section.ts';
import { request } from '../../bridge/bridge.ts';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { level } from '../../format/quantity.ts';
import { exactDuration, wallTimeTenths } from '../../format/time.ts';
import { attempt } from '../../stores/notices.ts';
import { playerMarksStore } from '../../stores/playerMarks.ts';

const LONGEST_LABEL = 80;
const LONGEST_NOTE = 2000;

/** Why the section is one, and what a person says of it. */
export function SectionFacts({ section }: { readonly section: Section }): ReactElement {
  const { from, to, offsetMinutes, peakDb, floorDb, score } = section;
  return (
    <section className="inspector-part">
      <h3>Section</h3>
      <p className="inspector-why">
        Its peak at {wallTimeTenths(section.peakAt, offsetMinutes)} is <strong>{score.toFixed(1)} dB</strong> above the
        noise floor.
      </p>
      <dl className="facts">
        <dt>From</dt>
        <dd>{wallTimeTenths(from, offsetMinutes)}</dd>
        <dt>To</dt>
        <dd>{wallTimeTenths(to, offsetMinutes)}</dd>
        <dt>Length</dt>
        <dd>{exactDuration(to - from)}</dd>
        <dt>Peak</dt>
        <dd>{level(peakDb)} dBFS</dd>
        <dt>Floor</dt>
        <dd>{level(floorDb)} dBFS</dd>
      </dl>
      <Texts section={section} />
    </section>
  );
}

/** Kept when the person leaves the field, or presses Enter in the label. */
function Texts({ section }: { readonly section: Section }): ReactElement {
  const [label, setLabel] = useState(section.label ?? '');
  const [note, setNote] = useState(section.note ?? '');

  const save = (change: { readonly label?: string; readonly note?: string }): void => {
    const before = { label: section.label ?? '', note: section.note ?? '' };
    const isSame = Object.entries(change).every(([name, text]) => before[name as keyof typeof before] === text.trim());
    if (isSame) return;
    attempt(
      request('review.setNote', { id: section.id, ...change }).then((saved) =>
        playerMarksStore.getState().applySection(saved),
      ),
    );
  };

  return (
    <>
      <Field label="Label">
        {(control) => (
          <TextInput
            {...control}
            maxLength={LONGEST_LABEL}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
            onBlur={() => save({ label })}
            onKeyDown={(event) => {
              if (event.key === 'Enter') save({ label });
            }}
          />
        )}
      </Field>
      <Field label="Note">
        {(control) => (
          <textarea
            {...control}
            className="input inspector-note"
            rows={3}
            maxLength={LONGEST_NOTE}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            onBlur={() => save({ note })}
          />
        )}
      </Field>
    </>
  );
}
