import { type ReactElement, useRef, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { SearchField } from '../../elements/SearchField.tsx';
import { SideLayout } from '../../elements/SideLayout.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { useAnswer } from '../settings/useAnswer.ts';
import { type Block, chaptersOf, findHelp, loadHelp, type Span } from './help.ts';
import './help.css';

interface HelpDialogProps {
  /** What is searched for at first. */
  readonly query?: string | undefined;
  onClose(): void;
}

/** The README, to be searched and jumped through. */
export function HelpDialog({ query: asked = '', onClose }: HelpDialogProps): ReactElement {
  const [answer, reload] = useAnswer(loadHelp);
  const [query, setQuery] = useState(asked);
  const text = useRef<HTMLDivElement>(null);

  const chapters = answer.name === 'ready' ? chaptersOf(answer.value) : undefined;
  const found = findHelp(chapters ?? [], query);
  const jump = (id: string): void => {
    const heading = text.current?.querySelector<HTMLElement>(`[data-chapter="${CSS.escape(id)}"]`);
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
  };
  const endSearch = (): boolean => {
    setQuery('');
    return query !== '';
  };

  return (
    <Dialog title="Help" width="large" onEscape={endSearch} onClose={onClose}>
      <SideLayout
        side={
          <>
            <search>
              <SearchField
                aria-label="Search the help"
                data-first-focus
                value={query}
                onChange={(event) => setQuery(event.target.value)}
              />
            </search>
            <nav className="help-chapters" aria-label="Chapters">
              <ul>
                {found.map(({ id, title }) => (
                  <li key={id}>
                    <Button look="quiet" onClick={() => jump(id)}>
                      {title}
                    </Button>
                  </li>
                ))}
              </ul>
            </nav>
            <Button onClick={() => dialogsStore.getState().show({ name: 'shortcuts' })}>All keys</Button>
          </>
        }
      >
        {/* The keys must scroll it. */}
        <div
          ref={text}
          className="side-layout-main help-text selectable"
          role="region"
          aria-label="Text of the help"
          {...SCROLLED}
        >
          {answer.name === 'error' && (
            <ErrorState title="The help could not be read." message={answer.message} onRetry={reload} />
          )}
          {answer.name === 'loading' && <Skeleton rows={6} height="row" label="The help is being read" />}
          {chapters && found.length === 0 && (
            <EmptyState title="The help has no such words">Try fewer words, or another word for the same.</EmptyState>
          )}
          {found.map(({ id, title, blocks }) => (
            <section key={id}>
              <h3 className="help-heading" data-chapter={id} tabIndex={-1}>
                {title}
              </h3>
              {blocks.map((block, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
                <BlockView key={index} block={block} onJump={jump} />
              ))}
            </section>
          ))}
        </div>
      </SideLayout>
    </Dialog>
  );
}

const SCROLLED = { tabIndex: 0 };

interface BlockProps {
  readonly block: Block;
  onJump(id: string): void;
}

function BlockView({ block, onJump }: BlockProps): ReactElement {
  switch (block.type) {
    case 'heading':
      return (
        <h4 className="help-heading" data-chapter={block.id} tabIndex={-1}>
          {block.text}
        </h4>
      );
    case 'paragraph':
      return (
        <p>
          <Spans spans={block.spans} onJump={onJump} />
        </p>
      );
    case 'code':
      return <pre>{block.text}</pre>;
    case 'list':
      return (
        <ul>
          {block.items.map((item, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
            <li key={index}>
              <Spans spans={item} onJump={onJump} />
            </li>
          ))}
        </ul>
      );
    default:
      return (
        <table>
          <thead>
            <tr>
              {block.head.map((cell, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
                <th key={index} scope="col">
                  <Spans spans={cell} onJump={onJump} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map((row, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
              <tr key={index}>
                {row.map((cell, column) => (
                  // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
                  <td key={column}>
                    <Spans spans={cell} onJump={onJump} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

interface SpansProps {
  readonly spans: readonly Span[];
  onJump(id: string): void;
}

function Spans({ spans, onJump }: SpansProps): ReactElement {
  return (
    <>
      {spans.map((span, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the text never changes its order
        <SpanView key={index} span={span} onJump={onJump} />
      ))}
    </>
  );
}

/** The window opens no page of the network: an address is shown, to be copied. */
function SpanView({ span, onJump }: { readonly span: Span; onJump(id: string): void }): ReactElement {
  switch (span.type) {
    case 'code':
      return <code>{span.text}</code>;
    case 'strong':
      return <strong>{span.text}</strong>;
    case 'emphasis':
      return <em>{span.text}</em>;
    case 'link':
      if (!span.href.startsWith('#'))
        return <span>{span.text === span.href ? span.text : `${span.text} (${span.href})`}</span>;
      return (
        <button type="button" className="help-link" onClick={() => onJump(span.href.slice(1))}>
          {span.text}
        </button>
      );
    default:
      return <>{span.text}</>;
  }
}
