import type { ReactElement } from 'react';
import { spokenDuration } from '../../format/time.ts';
import { useTimeline } from '../../stores/timeline.ts';

/** The timeline for those who do not see it. The sections themselves are in the list below it. */
export function LaneTable({ title }: { readonly title: string }): ReactElement | null {
  const lanes = useTimeline((state) => state.whole?.lanes);
  if (!lanes || lanes.length === 0) return null;
  return (
    <div className="visually-hidden">
      <table>
        <caption>What was recorded, {title}</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Audio</th>
            <th scope="col">Gaps</th>
            <th scope="col">Sections</th>
          </tr>
        </thead>
        <tbody>
          {lanes.map(({ sourceId, sourceName, extents, gaps, sections }) => (
            <tr key={sourceId}>
              <th scope="row">{sourceName}</th>
              <td>{spokenDuration(extents.reduce((sum, { from, to }) => sum + to - from, 0))}</td>
              <td>{gaps.length}</td>
              <td>{sections.length}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
