// Files that change, in one line each; virtual, for a set may touch thousands.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { display } from '../../core/bytes.ts';
import type { PathBytes } from '../../core/bytes.ts';
import type { EditKind } from '../../core/model.ts';
import { visible } from '../../core/visible.ts';
import type { FileChange } from '../../contract/methods.ts';
import { useInspecting } from '../state/inspecting.ts';
import { aimWith } from '../state/menu.ts';
import { useScaled } from '../state/settings.ts';
import { Counts } from './atoms.tsx';

const letters: Readonly<Record<EditKind, string>> = { add: 'A', delete: 'D', modify: 'M', mode: 'X', binary: 'B', symlink: 'L', submodule: 'S', type: 'T' };
const words: Readonly<Record<EditKind, string>> = {
  add: 'added', delete: 'deleted', modify: 'modified', mode: 'mode changed', binary: 'binary changed', symlink: 'symbolic link', submodule: 'submodule', type: 'changes what it is',
};

export interface FileListProps {
  readonly files: readonly FileChange[];
  readonly chosen: PathBytes | null;
  readonly label: string;
  readonly testId: string;
  onChoose(path: PathBytes): void;
}

export function FileList({ files, chosen, label, testId, onChoose }: FileListProps) {
  const scroller = useRef<HTMLDivElement>(null), row = useScaled(24);
  const virtual = useVirtualizer({ count: files.length, getScrollElement: () => scroller.current, estimateSize: () => row, overscan: 8, getItemKey: (i) => files[i]!.path });
  const at = files.findIndex((file) => file.path === chosen);
  const listed = useRef(files);
  useEffect(() => { listed.current = files; }, [files]);
  useEffect(() => aimWith('file', (target) => {
    const place = target.closest<HTMLElement>('[data-place]')?.dataset['place'], file = place === undefined ? undefined : listed.current[Number(place)];
    if (file === undefined) return null;
    useInspecting.setState({ file: file.path });
    return visible(display(file.path));
  }), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: files.length - 1 };
    const place = places[event.key];
    const next = place === undefined ? undefined : files[Math.max(0, Math.min(files.length - 1, place))];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.path);
    virtual.scrollToIndex(files.indexOf(next), { align: 'auto' });
  };
  return (
    <div ref={scroller} className="files" role="listbox" tabIndex={0} aria-label={label} aria-activedescendant={at < 0 ? undefined : `${testId}-${at}`} onKeyDown={onKeyDown}>
      <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const file = files[index]!, shown = visible(display(file.path)), cut = shown.lastIndexOf('/') + 1;
          return (
            <div key={key} id={`${testId}-${index}`} role="option" aria-selected={index === at} className="file" style={{ transform: `translateY(${start}px)` }}
              title={`${shown}: ${words[file.kind]}`}
              data-testid={testId} data-path={shown} data-menu="file" data-place={index} onClick={() => onChoose(file.path)}>
              <span className={`file-kind kind-${file.kind}`} aria-label={words[file.kind]}>{letters[file.kind]}</span>
              <span className="truncate mono"><span className="folder">{shown.slice(0, cut)}</span>{shown.slice(cut)}</span>
              <Counts added={file.added} deleted={file.deleted} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
