// Hands the denials of rules.ts to Electron: for the app, for the session, for every page that is ever made.
import { shell } from 'electron';
import type { App, Session, WebContents } from 'electron';
import { grants, isLink, mayKeep, mayNavigate, mayRequest } from './rules.ts';

export function guardApp(app: App): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => { event.preventDefault(); callback(false); });
  app.on('select-client-certificate', (event, _contents, _url, _list, callback) => { event.preventDefault(); callback(); });
  app.on('login', (event, _contents, _details, _info, callback) => { event.preventDefault(); callback(); });
}

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => callback(grants(permission, details.requestingUrl, details.isMainFrame)));
  session.setPermissionCheckHandler((_contents, permission, origin, details) => grants(permission, origin, details.isMainFrame));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayRequest(details.url) }));
  session.setSpellCheckerEnabled(false); // it would fetch dictionaries
  session.on('will-download', (event, item) => { if (!mayKeep(item.getURL())) event.preventDefault(); });
}

function guardContents(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.on('will-navigate', (event, url) => { if (!mayNavigate(url)) event.preventDefault(); });
  contents.on('will-redirect', (event) => event.preventDefault()); // nothing of ours redirects
  contents.on('will-frame-navigate', (event) => { if (!event.isMainFrame || !mayNavigate(event.url)) event.preventDefault(); });
  contents.setWindowOpenHandler(({ url }) => {
    if (isLink(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}
