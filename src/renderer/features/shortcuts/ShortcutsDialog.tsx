import type { ReactElement } from 'react';
import { Dialog } from '../../elements/Dialog.tsx';
import { keyName } from '../../format/keys.ts';
import { shortcutGroups } from './shortcuts.ts';
import './shortcuts.css';

export function ShortcutsDialog({ onClose }: { onClose(): void }): ReactElement {
  return (
    <Dialog title="Keyboard shortcuts" width="wide" isText onClose={onClose}>
      <div className="shortcuts">
        {shortcutGroups.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ keys, does }) => (
                <div key={does}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className="key">
                        {keyName(key)}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
