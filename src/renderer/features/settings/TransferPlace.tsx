import { type ReactElement, useEffect, useRef, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { FileButton } from '../../elements/FileButton.tsx';
import { Note } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { sentence as sentenceOf } from '../../stores/notices.ts';
import { SETTING_ITEMS } from '../../../shared/domain/settingItems.ts';
import type { PlaceProps } from './place.ts';
import { saveText } from './saveText.ts';
import { valueWords } from './valueWords.ts';

type Preview = RequestOutput<'settings.previewImport'>;
type Change = Preview['settings'][number];
type Stage =
  | { readonly name: 'idle'; readonly told?: string }
  | { readonly name: 'preview'; readonly fileName: string; readonly text: string; readonly preview: Preview }
  | { readonly name: 'imported'; readonly problems: readonly string[] };

/** As large as a file of settings may be, bytes. */
const MAX_BYTES = 1024 * 1024;

/** All settings to a file and back, with what would change before it does. */
export function TransferPlace({ name, sentence }: PlaceProps): ReactElement {
  const [stage, setStage] = useState<Stage>({ name: 'idle' });
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const run = async (action: () => Promise<Stage>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setStage(await action());
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  const exportAll = (): Promise<void> =>
    run(async () => {
      const { name: fileName, text, leftOut } = await request('settings.export', {});
      saveText(fileName, text);
      return {
        name: 'idle',
        told: [
          'Exported. Passwords, tokens and keys are not in the file.',
          ...leftOut.map((one) => `Left out: ${one}`),
        ].join(' '),
      };
    });
  const open = (file: File): Promise<void> =>
    run(async () => {
      if (file.size > MAX_BYTES) throw new Error(`${file.name} is larger than 1 MB: that is no file of settings.`);
      const text = await file.text();
      return { name: 'preview', fileName: file.name, text, preview: await request('settings.previewImport', { text }) };
    });

  return (
    <FieldGroup label={name}>
      <div className="settings-line">
        <Button disabled={busy} onClick={() => void exportAll()}>
          Export all settings…
        </Button>
        <FileButton label="File of settings" accept=".json" disabled={busy} onChoose={(file) => void open(file)}>
          Import settings…
        </FileButton>
        <p className="settings-outcome" role="status">
          {stage.name === 'idle' ? (stage.told ?? sentence) : sentence}
        </p>
      </div>
      {problem !== undefined && <Note tone="warning">{problem}</Note>}
      {stage.name === 'preview' && (
        <PreviewOf
          {...stage}
          busy={busy}
          onCancel={() => setStage({ name: 'idle' })}
          onImport={() =>
            void run(async () => ({ name: 'imported', ...(await request('settings.import', { text: stage.text })) }))
          }
        />
      )}
      {stage.name === 'imported' && (
        <div className="transfer" role="status">
          <div className="settings-line">
            <p className="settings-outcome">The settings were imported.</p>
            <Button
              disabled={busy}
              onClick={() =>
                void run(async () => {
                  await request('settings.undoImport', {});
                  return { name: 'idle', told: 'The import was taken back.' };
                })
              }
            >
              Undo the import
            </Button>
          </div>
          <Problems problems={stage.problems} />
        </div>
      )}
    </FieldGroup>
  );
}

interface PreviewProps {
  readonly fileName: string;
  readonly preview: Preview;
  readonly busy: boolean;
  onCancel(): void;
  onImport(): void;
}

function PreviewOf({ fileName, preview, busy, onCancel, onImport }: PreviewProps): ReactElement {
  const things = [...preview.sources, ...preview.targets].filter(({ outcome }) => outcome !== 'same');
  const total = preview.settings.length + things.length;
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.scrollIntoView({ block: 'start' }), []);
  return (
    <section ref={section} className="transfer" aria-label="What the file would change">
      <p>
        <strong>{fileName}</strong> {total === 0 ? 'changes nothing here.' : `would make ${count(total, 'change')}.`}{' '}
        What is here and not in the file stays.
      </p>
      <Problems problems={preview.problems} />
      {preview.settings.length > 0 && <Changes label="Settings" changes={preview.settings} />}
      {things.map(({ name, outcome, changes, forgetsSecret }) => (
        <div key={name}>
          <h4 className="transfer-thing">
            {name}: {outcome === 'added' ? 'is added, not armed' : 'is changed'}
          </h4>
          {forgetsSecret && <Note tone="warning">Its password is forgotten, for its address is another one.</Note>}
          {changes.length > 0 && <Changes label={`Changes of ${name}`} changes={changes} />}
        </div>
      ))}
      <div className="settings-line">
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" disabled={busy || total === 0} onClick={onImport}>
          Import {count(total, 'change')}
        </Button>
      </div>
    </section>
  );
}

const nameOf = (path: string): string => SETTING_ITEMS.find(({ id }) => id === path)?.name ?? path;

function Changes({ label, changes }: { readonly label: string; readonly changes: readonly Change[] }): ReactElement {
  return (
    <table className="settings-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{label}</th>
          <th scope="col">Now</th>
          <th scope="col">Then</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ path, before, after }) => (
          <tr key={path}>
            <th scope="row">{nameOf(path)}</th>
            <td>{valueWords(path, before)}</td>
            <td>{valueWords(path, after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Problems({ problems }: { readonly problems: readonly string[] }): ReactElement | null {
  if (problems.length === 0) return null;
  return (
    <Note tone="warning">
      <ul className="selectable">
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Note>
  );
}
