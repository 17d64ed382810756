// Syntax colours: the grammar by the file's name, fetched when a file of its kind is first shown, each in a chunk of its own; colours from
// our tokens, few and quiet. Grammars parse, as far as is looked at; nothing of a file is ever run.
import { HighlightStyle, type Language, LanguageDescription, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags as t } from '@lezer/highlight';

/** Characters of a text beyond which it is shown without colours. */
export const MOST_COLOURED = 500_000;

const style = HighlightStyle.define([
  { tag: [t.keyword, t.operatorKeyword, t.modifier, t.controlKeyword, t.definitionKeyword, t.moduleKeyword], class: 'tok-keyword' },
  { tag: [t.string, t.special(t.string), t.regexp, t.character, t.escape, t.attributeValue], class: 'tok-string' },
  { tag: [t.number, t.bool, t.null, t.atom, t.unit, t.color, t.self], class: 'tok-constant' },
  { tag: [t.comment, t.lineComment, t.blockComment, t.docComment, t.processingInstruction, t.documentMeta], class: 'tok-comment' },
  { tag: [t.typeName, t.className, t.namespace, t.macroName], class: 'tok-type' },
  { tag: [t.function(t.variableName), t.function(t.propertyName), t.function(t.definition(t.variableName)), t.labelName], class: 'tok-function' },
  { tag: [t.tagName, t.propertyName, t.attributeName, t.definition(t.propertyName)], class: 'tok-name' },
  { tag: [t.heading, t.strong], class: 'tok-heading' },
  { tag: t.emphasis, class: 'tok-emphasis' },
  { tag: [t.link, t.url], class: 'tok-link' },
  { tag: [t.meta, t.annotation], class: 'tok-meta' },
]);
export const colours: Extension = syntaxHighlighting(style);

const known = new Map<string, Promise<Language | null>>(), here = new Map<string, Language | null>();
const MOST_KNOWN = 200;

const keyOf = (path: string): string => {
  const file = path.slice(path.lastIndexOf('/') + 1), dot = file.lastIndexOf('.');
  return dot > 0 ? file.slice(dot) : file;
};

/** What `languageOf` has found before; undefined where it was not asked, or has not answered. */
export const languageHere = (path: string): Language | null | undefined => here.get(keyOf(path));

/** By the name of the file; null where nobody has a grammar for it, or it could not be fetched. */
export function languageOf(path: string): Promise<Language | null> {
  const key = keyOf(path);
  let language = known.get(key);
  if (language === undefined) {
    language = find(path.slice(path.lastIndexOf('/') + 1)).then((found) => { here.set(key, found); return found; }, () => { known.delete(key); return null; });
    if (known.size > MOST_KNOWN) { known.clear(); here.clear(); }
    known.set(key, language);
  }
  return language;
}

async function find(file: string): Promise<Language | null> {
  const { languages } = await import('@codemirror/language-data');
  // a name of a megabyte is nobody's
  const found = file.length > 400 ? null : LanguageDescription.matchFilename(languages, file);
  return found === null ? null : (await found.load()).language;
}
