import type { ReactElement } from 'react';
import type { PlannedRemoval, RetentionPreview } from '../../../shared/domain/removal.ts';
import { FieldGroup } from '../../elements/Field.tsx';
import { Note } from '../../elements/States.tsx';
import { count, size } from '../../format/quantity.ts';
import { localDay, wallTime } from '../../format/time.ts';
import { reasonWords } from './ruleWords.ts';

/** What the rules would delete, oldest first, and what comes after that. */
export function PreviewList({ preview }: { readonly preview: RetentionPreview | string | undefined }): ReactElement {
  return (
    <FieldGroup label="What these rules delete">
      <div className="preview" role="status">
        {preview === undefined && <p className="preview-words">…</p>}
        {typeof preview === 'string' && <Note tone="warning">{preview}</Note>}
        {typeof preview === 'object' && <Preview preview={preview} />}
      </div>
    </FieldGroup>
  );
}

function Preview({ preview }: { readonly preview: RetentionPreview }): ReactElement {
  const { due, dueCount, dueBytes, trashBytes, upcoming, kept, shortBytes } = preview;
  return (
    <>
      <p className="preview-words">
        {dueCount === 0 ? 'Nothing now.' : `${count(dueCount, 'recording')}, ${size(dueBytes)}, within the hour.`}
        {trashBytes > 0 && ` ${size(trashBytes)} of the trash ${dueCount === 0 ? 'is' : 'are'} removed for good.`}
        {kept.locked > 0 &&
          ` ${count(kept.locked, 'locked recording')} would be due and ${kept.locked === 1 ? 'stays' : 'stay'}.`}
        {kept.others > 0 &&
          ` ${count(kept.others, 'other')} would be due and ${kept.others === 1 ? 'stays' : 'stay'}: in use, or not recorded by Longtake.`}
      </p>
      {shortBytes > 0 && (
        <Note tone="warning">
          {size(shortBytes)} of the free space cannot be had: there is nothing more that may be deleted.
        </Note>
      )}
      {due.length > 0 && <Removals removals={due} label="Deleted within the hour" />}
      {dueCount > due.length && <p className="field-note">and {count(dueCount - due.length, 'more', 'more')}</p>}
      {upcoming.length > 0 && (
        <>
          <p className="preview-words">Next, as they get old enough:</p>
          <Removals removals={upcoming} label="Deleted later" dated />
        </>
      )}
    </>
  );
}

interface RemovalsProps {
  readonly removals: readonly PlannedRemoval[];
  readonly label: string;
  readonly dated?: boolean;
}

function Removals({ removals, label, dated = false }: RemovalsProps): ReactElement {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keys
    <div className="preview-scroller" role="region" aria-label={label} tabIndex={0}>
      <table className="preview-table">
        <tbody>
          {removals.map(({ recording, reason, at }) => (
            <tr key={recording.id}>
              <td className="ellipsis" title={recording.path}>
                {recording.sourceName}
              </td>
              <td>
                {recording.day} {wallTime(recording.startedAt, recording.offsetMinutes)}
              </td>
              <td className="preview-size">{size(recording.bytes)}</td>
              <td className="preview-why">
                {dated ? `on ${localDay(at)}, ` : ''}
                {reasonWords(reason)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
