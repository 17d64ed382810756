// Errors and news at the foot of the window: a sentence, what to do, details on demand. What one points at or reads stays; all of them are kept (PastNotices.tsx).
import { copy } from '../app/actions.ts';
import { dismiss, hold, useNotices } from '../state/notices.ts';
import type { Notice } from '../state/notices.ts';
import { open } from '../state/ui.ts';
import { ids } from '../testids.ts';
import { Icon } from './Icon.tsx';

export function Notices() {
  const notices = useNotices((s) => s.notices), more = useNotices((s) => s.waiting);
  return (
    <div className="notices" onPointerEnter={() => hold(true)} onPointerLeave={() => hold(false)} onFocus={() => hold(true)} onBlur={() => hold(false)}>
      {more > 0 && <button type="button" className="button small notices-more" onClick={() => open('notices')}>{more} more</button>}
      {notices.map((notice) => (
        <div key={notice.id} className={`notice ${notice.tone}`} {...(notice.tone === 'error' ? { role: 'alert' } : {})} data-testid={ids.notice} data-tone={notice.tone}>
          <span className="notice-icon"><Icon name={notice.tone === 'news' ? 'check' : 'warning'} /></span>
          <NoticeBody notice={notice} />
          {notice.action !== null && <button type="button" className="button small" onClick={() => { dismiss(notice.id); notice.action?.run(); }}>{notice.action.title}</button>}
          <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={() => dismiss(notice.id)}><Icon name="close" size={12} /></button>
        </div>
      ))}
    </div>
  );
}

export function NoticeBody({ notice }: { notice: Notice }) {
  return (
    <div className="notice-body">
      <div className="notice-sentence">{notice.sentence}</div>
      {notice.hint !== '' && <div className="muted">{notice.hint}</div>}
      {notice.details !== '' && (
        <details>
          <summary>Details</summary>
          <pre tabIndex={0}>{notice.details}</pre>
          <button type="button" className="button small" onClick={() => { void copy(`${notice.sentence}\n${notice.details}`, 'the details'); }}>Copy details</button>
        </details>
      )}
    </div>
  );
}
