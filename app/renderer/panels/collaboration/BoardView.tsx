// The board with all its width, and beside it why a card is where it is.
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { useCollaboration } from '../../state/collaboration.ts';
import { Board } from './Board.tsx';
import { Detail } from './Detail.tsx';

export function BoardView() {
  const layout = useDefaultLayout({ id: 'acumen.board', storage: localStorage }), chosen = useCollaboration((s) => s.chosen);
  return (
    <Group orientation="horizontal" className="fill" {...layout}>
      <Panel id="pane-board-wide" minSize="320px"><Board /></Panel>
      <Separator className="split-v" />
      <Panel id="pane-board-detail" defaultSize="26%" minSize="240px"><Detail chosen={chosen?.kind === 'item' ? chosen : null} /></Panel>
    </Group>
  );
}
