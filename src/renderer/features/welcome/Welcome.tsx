import { AudioWaveform, FolderOpen, Mic, RadioTower } from 'lucide-react';
import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Note } from '../../elements/States.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt, sentence } from '../../stores/notices.ts';
import { useSettings, settingsStore } from '../../stores/settings.ts';
import { sourcesStore } from '../../stores/sources.ts';
import { isInBrowser, request } from '../../bridge/bridge.ts';
import { splitLength } from '../../format/time.ts';
import type { SourceDraft } from '../../../shared/domain/source.ts';
import { ImportButton } from '../isr/ImportButton.tsx';
import './welcome.css';

const TEST_DRAFT: SourceDraft = {
  kind: 'generator',
  name: 'Test signal',
  programme: 'mixed',
  seed: 1,
  sampleRate: 48_000,
  bitDepth: 16,
  channels: 2,
};

/** First start: three ways to a running recording. */
export function Welcome(): ReactElement {
  const { show } = dialogsStore.getState();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const recordTest = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { add, arm } = sourcesStore.getState();
      const { config } = await add(TEST_DRAFT);
      await arm([config.id]);
    } catch (error) {
      setBusy(false);
      setProblem(sentence(error));
    }
  };

  return (
    <main className="welcome" tabIndex={-1}>
      <div className="welcome-inner">
        <p className="welcome-mark">Longtake</p>
        <h1>What do you want to record?</h1>
        <p className="welcome-lead">
          Longtake records unattended, day and night, into files that each play on their own. You can add more sources
          at any time.
        </p>
        <div className="welcome-choices">
          <ChoiceCard
            icon={<Mic size={20} aria-hidden />}
            title="A microphone or line-in"
            action="Choose an input"
            onChoose={() => show({ name: 'addSource', kind: 'soundcard' })}
          >
            Any input of this computer: built in, USB, or an audio interface. You see its level before you save.
          </ChoiceCard>
          <ChoiceCard
            icon={<RadioTower size={20} aria-hidden />}
            title="A stream"
            action="Enter an address"
            onChoose={() => show({ name: 'addSource', kind: 'stream' })}
          >
            MP3, AAC, Opus, Vorbis or FLAC over HTTP, kept as it was sent. You can test it before you save.
          </ChoiceCard>
          <ChoiceCard
            icon={<AudioWaveform size={20} aria-hidden />}
            title="The test signal"
            action="Record the test signal"
            busy={busy}
            onChoose={() => void recordTest()}
          >
            Tones, noise and silence made by Longtake itself. Nothing to set up: it records at once.
          </ChoiceCard>
        </div>
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
        <WhereFilesGo />
      </div>
    </main>
  );
}

interface ChoiceCardProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly action: string;
  readonly busy?: boolean;
  readonly children: ReactNode;
  onChoose(): void;
}

function ChoiceCard({ icon, title, action, busy = false, children, onChoose }: ChoiceCardProps): ReactElement {
  return (
    <section className="choice" aria-label={title}>
      <span className="choice-icon">{icon}</span>
      <h2>{title}</h2>
      <p>{children}</p>
      <Button disabled={busy} onClick={onChoose}>
        {action}
      </Button>
    </section>
  );
}

function WhereFilesGo(): ReactElement | null {
  const settings = useSettings((state) => state.settings);
  const [problem, setProblem] = useState<string>();
  if (!settings) return null;

  const choose = async (): Promise<void> => {
    setProblem(undefined);
    try {
      const { folder } = await request('desktop.chooseFolder', {});
      if (folder !== undefined) await settingsStore.getState().update({ recordingsFolder: folder });
    } catch (error) {
      setProblem(sentence(error));
    }
  };

  return (
    <div className="welcome-folder">
      <FolderOpen size={16} aria-hidden />
      <p>
        Recordings go to <code className="selectable">{settings.recordingsFolder}</code>, a new file every{' '}
        {splitLength(settings.splitSeconds).replace(/^1 /, '')}.
        {problem !== undefined && <span className="field-error"> {problem}</span>}
      </p>
      {!isInBrowser() && (
        <Button look="quiet" onClick={() => attempt(choose())}>
          Choose another folder
        </Button>
      )}
      <Button look="quiet" onClick={() => dialogsStore.getState().show({ name: 'settings' })}>
        Settings
      </Button>
      <ImportButton look="quiet" />
    </div>
  );
}
