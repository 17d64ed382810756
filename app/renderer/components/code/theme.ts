// How CodeMirror looks here: our tokens, our type; read-only everywhere. Its injected styles carry the page's nonce (CSP).
import { EditorState } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView, highlightSpecialChars, highlightTrailingWhitespace, highlightWhitespace, keymap, lineNumbers } from '@codemirror/view';
import { styleNonce } from '../../app/trusted.ts';
import './code.css';
import { colours } from './language.ts';

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: 'calc(12 * var(--px))' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: 'calc(18 * var(--px))', fontVariantLigatures: 'none' },
  '.cm-content': { padding: '4px 0', caretColor: 'transparent' },
  '.cm-line': { padding: '0 8px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-3)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 6px 0 10px', minWidth: 'calc(36 * var(--px))' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': { backgroundColor: 'color-mix(in oklab, var(--accent) 24%, transparent) !important' },
  '.cm-specialChar': { color: 'var(--conflicts)' },
  // @codemirror/merge
  '.cm-changedLine, .cm-insertedLine': { backgroundColor: 'var(--ins) !important' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk, .cm-deletedLine': { backgroundColor: 'var(--del) !important' },
  '.cm-changedText, &.cm-merge-b .cm-changedText': { background: 'var(--ins-strong) !important' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, .cm-deletedText': { background: 'var(--del-strong) !important', textDecoration: 'none' },
  '.cm-wholly .cm-changedText': { background: 'none !important' },
  '.cm-insertedLine, .cm-deletedLine, .cm-deletedLine del': { textDecoration: 'none' },
  '.cm-deletedChunk': { padding: '0 8px' },
  // by a sign as by colour
  '.cm-changeGutter': { width: 'calc(13 * var(--px))', paddingLeft: '0' },
  '.cm-changedLineGutter, .cm-deletedLineGutter': { background: 'none !important', borderLeft: '3px solid var(--fits)', textAlign: 'center', fontSize: 'calc(11 * var(--px))' },
  '.cm-changedLineGutter::before': { content: '"+"', color: 'var(--fits)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { borderLeftColor: 'var(--conflicts)' },
  '&.cm-merge-a .cm-changedLineGutter::before, .cm-deletedLineGutter::before': { content: '"−"', color: 'var(--conflicts)' },
  '.cm-collapsedLines': { background: 'var(--sunken) !important', color: 'var(--ink-3)', padding: '2px 12px', fontFamily: 'var(--font)', fontSize: 'calc(11 * var(--px))', cursor: 'pointer' },
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '""' },
  '.cm-spacer': { backgroundColor: 'var(--sunken)' },
  // places of a conflict, and what a side changes
  '.place': { backgroundColor: 'var(--conflicts-soft)' },
  '.changed': { backgroundColor: 'var(--ins)' },
  '.marker': { backgroundColor: 'var(--needs-soft)', color: 'var(--needs)' },
});

/** What CodeMirror's own list leaves out of core/visible.ts: more of what reorders and hides. */
const unseen = /[\u115f\u1160\u180e\u202a-\u202c\u2060-\u2068\u206a-\u206f\u3164\uffa0\u{e0000}-\u{e0fff}]/u;
/** The same without the carriage returns that end lines of many files, which are marked where one asks to see blanks. */
const special = /(?:[\0-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028\u2029\u202d\u202e\u2066\u2067\u2069\ufeff\ufff9-\ufffc]|\r(?!$))/gu;

/** `first`: the number of the first line. */
export function readOnly(label: string, { whitespace = false, first = 1 }: { readonly whitespace?: boolean; readonly first?: number } = {}): Extension {
  const nonce = styleNonce();
  return [
    look, colours, lineNumbers(first === 1 ? {} : { formatNumber: (n) => String(n + first - 1) }), highlightSpecialChars({ addSpecialChars: unseen, ...whitespace ? {} : { specialChars: special } }), keymap.of([]), EditorState.readOnly.of(true),
    EditorState.lineSeparator.of('\n'),
    ...(whitespace ? [highlightWhitespace(), highlightTrailingWhitespace()] : []),
    // Still focusable, so that the keyboard can scroll and select.
    EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label, 'aria-readonly': 'true' }),
    ...(nonce === null ? [] : [EditorView.cspNonce.of(nonce)]),
  ];
}
