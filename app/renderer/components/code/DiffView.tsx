// Two texts and what differs: side by side, or unified where there is little room. Loaded when the first is shown.
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { readOnly } from './theme.ts';

export interface DiffViewProps {
  readonly before: string; readonly after: string;
  readonly name: string;
  readonly split: boolean;
  /** the views are in the document; they are painted with the next frame */
  readonly onShown?: () => void;
}

/** Unchanged lines kept around a change, and how many more must be unchanged to be folded away. */
const collapseUnchanged = { margin: 3, minSize: 6 };
/** A bound on the time spent on a difference: beyond it whole stretches are shown as changed. */
const diffConfig = { scanLimit: 5000, timeout: 150 };

/** A new file takes the place of nothing, which would be shown as one empty line taken out. */
const newFile = EditorView.theme({ '.cm-deletedChunk': { display: 'none' } });

export default function DiffView({ before, after, name, split, onShown }: DiffViewProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = host.current!;
    let end: () => void;
    // a file that is new or gone differs everywhere: marking each word of it says nothing
    const highlightChanges = before !== '' && after !== '';
    if (split) {
      const view = new MergeView({
        parent, gutter: true, highlightChanges, collapseUnchanged, diffConfig,
        a: { doc: before, extensions: readOnly(`${name}, base`) }, b: { doc: after, extensions: readOnly(`${name}, composed`) },
      });
      end = () => view.destroy();
    } else {
      const view = new EditorView({
        parent,
        state: EditorState.create({ doc: after, extensions: [readOnly(name), ...before === '' ? [newFile] : [], unifiedMergeView({ original: before, gutter: true, highlightChanges, mergeControls: false, collapseUnchanged, diffConfig })] }),
      });
      end = () => view.destroy();
    }
    onShown?.();
    return end;
  }, [before, after, name, split, onShown]);
  return <div ref={host} className={`code ${split ? 'code-split' : 'code-unified'}`} />;
}
