// Errors and news at the foot of the window: a sentence, what to do, details on demand.
import { copy } from '../app/actions.ts';
import { dismiss, useNotices } from '../state/notices.ts';
import { ids } from '../testids.ts';
import { Icon } from './Icon.tsx';

export function Notices() {
  const notices = useNotices((s) => s.notices);
  return (
    <div className="notices">
      {notices.map((notice) => (
        <div key={notice.id} className={`notice ${notice.tone}`} {...(notice.tone === 'error' ? { role: 'alert' } : {})} data-testid={ids.notice} data-tone={notice.tone}>
          <span className="notice-icon"><Icon name={notice.tone === 'news' ? 'check' : 'warning'} /></span>
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
          {notice.action !== null && <button type="button" className="button small" onClick={() => { dismiss(notice.id); notice.action?.run(); }}>{notice.action.title}</button>}
          <button type="button" className="button quiet small icon" aria-label="Dismiss" onClick={() => dismiss(notice.id)}><Icon name="close" size={12} /></button>
        </div>
      ))}
    </div>
  );
}
