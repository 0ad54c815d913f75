import { CircleCheck, Download, FolderOpen, TriangleAlert, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { isInBrowser } from '../../bridge/bridge.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { count } from '../../format/quantity.ts';
import { type ExportJob, exportsStore, useExports } from '../../stores/exports.ts';
import { attempt } from '../../stores/notices.ts';
import './exports.css';

/** Exports that work, and what became of them. */
export function ExportsStrip(): ReactElement | null {
  const jobs = useExports((state) => state.jobs);
  if (jobs.length === 0) return null;
  return (
    <ul className="exports" aria-label="Exports">
      {jobs.map((job) => (
        <li key={job.id} className="export-job">
          <JobIcon job={job} />
          <span className="export-title ellipsis" title={job.title}>
            {job.title}
          </span>
          <JobState job={job} />
        </li>
      ))}
    </ul>
  );
}

function JobIcon({ job }: { readonly job: ExportJob }): ReactElement {
  switch (job.state) {
    case 'done':
      return <CircleCheck size={14} className="export-done" aria-hidden />;
    case 'failed':
      return <TriangleAlert size={14} className="export-failed" aria-hidden />;
    default:
      return <Download size={14} aria-hidden />;
  }
}

function JobState({ job }: { readonly job: ExportJob }): ReactElement {
  const { cancel, reveal, dismiss } = exportsStore.getState();
  const ShowIcon = isInBrowser() ? Download : FolderOpen;
  if (job.state === 'working') {
    const percent = Math.floor(job.fraction * 100);
    return (
      <>
        <progress className="export-progress" max={100} value={percent} aria-label={`Exporting ${job.title}`} />
        <span className="export-percent">{percent} %</span>
        <Button look="quiet" onClick={() => attempt(cancel(job.id))}>
          Cancel
        </Button>
      </>
    );
  }
  return (
    <>
      <span className="export-word selectable" role="status">
        {job.state === 'done' ? doneWords(job) : (job.message ?? 'The export failed.')}
      </span>
      {job.state === 'done' && (
        <Button look="quiet" onClick={() => attempt(reveal(job.id))}>
          <ShowIcon size={14} aria-hidden /> {isInBrowser() ? 'Download' : 'Show'}
        </Button>
      )}
      <IconButton label="Dismiss" onClick={() => dismiss(job.id)}>
        <X size={14} aria-hidden />
      </IconButton>
    </>
  );
}

function doneWords({ files }: ExportJob): string {
  const [first = ''] = files;
  const name = first.split(/[/\\]/).at(-1) ?? first;
  if (isInBrowser())
    return files.length > 1 ? `${count(files.length, 'file')} are ready, as one archive` : `${name} is ready`;
  return files.length > 2 ? `${count(files.length, 'file')} written, the first is ${name}` : `Written to ${name}`;
}
