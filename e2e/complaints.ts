// What a person or a developer would complain about on a page: errors in the console, uncaught errors, requests that failed.
import type { Page } from 'playwright';

export function hearComplaints(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => { complaints.push(`uncaught: ${error.stack ?? error.message}`); });
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`); });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // a page that is loaded again lets go of what it was still fetching
    if (why !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.method()} ${request.url()} ${why}`);
  });
}
