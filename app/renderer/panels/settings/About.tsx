// Which Acumen this is, and where it keeps what.
import { useEffect, useState } from 'react';
import type { WorkspaceAbout } from '../../../contract/workspace.ts';
import { connected, service } from '../../app/session.ts';
import { CopyLine } from '../../components/atoms.tsx';
import { useConnection } from '../../state/connection.ts';
import { complain } from '../../state/notices.ts';
import { change, settingIds, settings, useSettings } from '../../state/settings.ts';

export function About() {
  const version = useConnection((s) => s.version), online = useConnection((s) => s.state === 'open' && s.repository !== null);
  const all = useSettings(), changed = settingIds.filter((id) => all[id] !== settings[id].first);
  const [about, setAbout] = useState<WorkspaceAbout | null>(null);
  useEffect(() => { if (online && connected()) service().call('workspace', { globs: null }).then(setAbout, complain); }, [online]);
  return (
    <div className="settings-parts">
      <section aria-labelledby="about-acumen">
        <h3 id="about-acumen">Acumen {version}</h3>
        <p>
          Compositional version control: see how every change in flight conflicts, compose the ones that go together, write the result as a branch. MIT licence;
          those of what it is built with are in its folder.
        </p>
      </section>
      <section aria-labelledby="about-kept">
        <h3 id="about-kept">What is kept, and where</h3>
        <p>
          The workspace – what was imported, composed and decided, every operation – is one file on this machine, with figures and a cache beside it that may be
          deleted at any time. Nothing is sent anywhere.
        </p>
        {about !== null && <CopyLine text={about.store} what="the workspace’s path" />}
        <p className="muted">In the repository Acumen writes nothing but the branches you ask for, and their objects.</p>
      </section>
      <section aria-labelledby="about-settings">
        <h3 id="about-settings">Settings of this window</h3>
        <div className="row"><span className="muted">{changed.length === 0 ? 'All are as at first.' : `${changed.map((id) => settings[id].title).join(', ')}: set by you.`} They stay in this browser’s storage.</span><span className="spacer" />
          <button type="button" className="button small" disabled={changed.length === 0} onClick={() => { for (const id of changed) change(id, settings[id].first as never); }}>Set all back</button></div>
      </section>
    </div>
  );
}
