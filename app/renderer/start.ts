// Where the page starts: trusted types first, then what lets this window in out of its address, then its connection and what the list is made of. The window
// itself is fetched and read meanwhile (window.tsx): what it shows is there by then, or nearly.
import { keepAsking } from './app/asking.ts';
import { keepComposed } from './app/composed.ts';
import { platform } from './app/here.ts';
import { keepSearching } from './app/searching.ts';
import { start } from './app/session.ts';
import { allowOnly } from './app/trusted.ts';
import { collaborationAddress, graphAddress, heatAddress, layoutAddress, matrixAddress, replicaAddress, searchAddress } from './app/workers.ts';
import { complain } from './state/notices.ts';
import { whenIdle } from './state/timing.ts';
import { remember } from './state/ui.ts';

/** Milliseconds that a window which is never at rest is waited for. */
const AT_REST_WITHIN = 2000;

allowOnly([replicaAddress, collaborationAddress, graphAddress, heatAddress, layoutAddress, matrixAddress, searchAddress]);
const token = platform.takeToken();
addEventListener('unhandledrejection', (event) => complain(event.reason));
remember();
keepSearching();
keepAsking();
keepComposed();
start(token, import('./window.tsx').then(() => whenIdle(AT_REST_WITHIN)));
