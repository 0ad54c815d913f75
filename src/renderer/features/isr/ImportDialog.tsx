import { FileText } from 'lucide-react';
import { type DragEvent, type ReactElement, useState } from 'react';
import { request, type RequestOutput } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { FileButton } from '../../elements/FileButton.tsx';
import { Note } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { sourcesStore } from '../../stores/sources.ts';
import type { SourceId } from '../../../shared/units.ts';
import { ImportPreview } from './ImportPreview.tsx';
import { readConfigFile } from './readConfigFile.ts';
import './isr.css';

type Preview = RequestOutput<'isr.preview'>;

interface Loaded {
  readonly fileName: string;
  readonly text: string;
  readonly preview: Preview;
}

/** Takes the sources of an ISR configuration over: choose the file, see what becomes what, choose which, import. */
export function ImportDialog({ onClose }: { onClose(): void }): ReactElement {
  const [loaded, setLoaded] = useState<Loaded>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [imported, setImported] = useState<readonly SourceId[]>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const run = async (action: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await action();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  };
  const load = (file: File): Promise<void> =>
    run(async () => {
      const text = await readConfigFile(file);
      const preview = await request('isr.preview', { text });
      setLoaded({ fileName: file.name, text, preview });
      setChosen(new Set(preview.sources.map(({ section }) => section)));
    });
  const take = ({ text }: Loaded): Promise<void> =>
    run(async () => {
      const { ids } = await request('isr.import', { text, sections: [...chosen] });
      await sourcesStore.getState().load();
      setImported(ids);
    });
  const undo = (ids: readonly SourceId[]): Promise<void> =>
    run(async () => {
      for (const id of ids) await sourcesStore.getState().remove(id);
      setImported(undefined);
    });

  const wrong = loaded?.preview.problems.some(({ kind }) => kind === 'error') ?? false;
  const footer = imported ? (
    <>
      <Button disabled={busy} onClick={() => void undo(imported)}>
        Undo
      </Button>
      <Button onClick={onClose}>Done</Button>
      <Button
        look="primary"
        disabled={busy}
        onClick={() => {
          onClose();
          attempt(sourcesStore.getState().arm(imported));
        }}
      >
        Record {imported.length === 1 ? 'it' : 'them'} now
      </Button>
    </>
  ) : (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button
        look="primary"
        disabled={busy || !loaded || wrong || chosen.size === 0}
        onClick={() => loaded && void take(loaded)}
      >
        {chosen.size === 0 || wrong ? 'Import' : `Import ${count(chosen.size, 'source')}`}
      </Button>
    </>
  );

  return (
    <Dialog
      title="Import an ISR configuration"
      description="Takes over the sources of a config.ini. The file itself is only read."
      width="wide"
      onClose={onClose}
      footer={footer}
    >
      <div className="import">
        {imported ? (
          <p role="status">
            {count(imported.length, 'source')} imported. {imported.length === 1 ? 'It does' : 'They do'} not record yet.
          </p>
        ) : (
          <>
            <FilePicker name={loaded?.fileName} busy={busy} onChoose={(file) => void load(file)} />
            {loaded && (
              <ImportPreview
                preview={loaded.preview}
                chosen={chosen}
                onToggle={(section) => setChosen((before) => toggled(before, section))}
              />
            )}
          </>
        )}
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
      </div>
    </Dialog>
  );
}

interface FilePickerProps {
  readonly name: string | undefined;
  readonly busy: boolean;
  onChoose(file: File): void;
}

/** The platform's own file dialog, or a file that is dropped. */
function FilePicker({ name, busy, onChoose }: FilePickerProps): ReactElement {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onChoose(file);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the button inside does the same
    <div
      className="import-file"
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileText size={16} aria-hidden />
      <p className="import-file-name">{name ?? 'Choose the file, or drop it here.'}</p>
      <FileButton label="ISR configuration" accept=".ini,.cfg,.conf,.txt" disabled={busy} onChoose={onChoose}>
        {name === undefined ? 'Choose a file' : 'Choose another file'}
      </FileButton>
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, section: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(section)) next.add(section);
  return next;
}
