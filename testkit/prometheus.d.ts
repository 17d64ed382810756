// parse-prometheus-text-format has no types of its own: the part of them that tests use.
declare module 'parse-prometheus-text-format' {
  export interface Family { readonly name: string; readonly help: string; readonly type: string; readonly metrics: readonly Readonly<Record<string, unknown>>[] }
  export default function parse(text: string): Family[];
}
