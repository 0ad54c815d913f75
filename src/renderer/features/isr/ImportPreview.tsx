import { Mic, RadioTower } from 'lucide-react';
import type { ReactElement } from 'react';
import type { RequestOutput } from '../../bridge/bridge.ts';
import { Checkbox } from '../../elements/controls.tsx';
import { Note } from '../../elements/States.tsx';

type Preview = RequestOutput<'isr.preview'>;
type Settings = Preview['general'];

interface ImportPreviewProps {
  readonly preview: Preview;
  /** Sections of the file. */
  readonly chosen: ReadonlySet<string>;
  onToggle(section: string): void;
}

/** What each section of the file becomes, what is left behind, and what is wrong. */
export function ImportPreview({ preview, chosen, onToggle }: ImportPreviewProps): ReactElement {
  const { sources, general, problems } = preview;
  const errors = problems.filter(({ kind }) => kind === 'error');
  if (errors.length > 0) {
    return (
      <Note tone="warning">
        <p>Correct the file, then choose it again.</p>
        <Sentences problems={errors} />
      </Note>
    );
  }
  return (
    <>
      {problems.length > 0 && (
        <Note tone={problems.some(({ kind }) => kind === 'unsupported') ? 'warning' : 'info'}>
          <Sentences problems={problems} />
        </Note>
      )}
      <ul className="import-sources" aria-label="Sources of the file">
        {sources.map(({ section, name, kind, renamed, settings }) => (
          <li key={section} className="import-source">
            <div className="import-head">
              <Checkbox label={name} checked={chosen.has(section)} onChange={() => onToggle(section)} />
              {kind === 'stream' ? <RadioTower size={14} aria-hidden /> : <Mic size={14} aria-hidden />}
              <span className="import-kind">{kind === 'stream' ? 'Stream' : 'Soundcard'}</span>
              {renamed && <span className="import-kind">There is a source named {section} already.</span>}
            </div>
            <SettingsTable label={`What becomes of ${name}`} settings={settings} />
          </li>
        ))}
      </ul>
      {sources.length > 0 && (
        <section className="import-source" aria-label="For the whole file">
          <h3 className="import-kind">For the whole file</h3>
          <SettingsTable label="For the whole file" settings={general} />
        </section>
      )}
    </>
  );
}

function Sentences({ problems }: { readonly problems: Preview['problems'] }): ReactElement {
  return (
    <ul className="import-problems selectable">
      {problems.map(({ line, sentence }) => (
        <li key={`${line} ${sentence}`}>{sentence}</li>
      ))}
    </ul>
  );
}

function SettingsTable({ label, settings }: { readonly label: string; readonly settings: Settings }): ReactElement {
  return (
    <table className="import-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">In the file</th>
          <th scope="col">Here</th>
        </tr>
      </thead>
      <tbody>
        {settings.map(({ key, value, becomes, taken }) => (
          <tr key={key} data-taken={taken}>
            <th scope="row">
              <code>
                {key} = {value}
              </code>
            </th>
            <td>
              {!taken && <span className="import-left">Left behind. </span>}
              {becomes}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
