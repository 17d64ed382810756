// What was said in this window: every notice since it was opened, the newest first, also those that went by.
import { useNotices } from '../state/notices.ts';
import { Ago, Empty } from './atoms.tsx';
import { Icon } from './Icon.tsx';
import { NoticeBody } from './Notices.tsx';
import { Overlay } from './Overlay.tsx';

export function PastNotices() {
  const past = useNotices((s) => s.past);
  return (
    <Overlay label="Notices" className="past-notices">
      <h2 className="overlay-title">Notices</h2>
      {past.length === 0 && <Empty title="Nothing was said yet">Errors and news of this window are kept here until it is closed.</Empty>}
      <ul className="past-notices-list" tabIndex={0} aria-label="Notices, newest first">
        {past.toReversed().map((notice) => (
          <li key={notice.id} className={`notice ${notice.tone}`} data-tone={notice.tone}>
            <span className="notice-icon"><Icon name={notice.tone === 'news' ? 'check' : 'warning'} /></span>
            <NoticeBody notice={notice} />
            <Ago time={Math.floor(notice.at / 1000)} />
          </li>
        ))}
      </ul>
    </Overlay>
  );
}
