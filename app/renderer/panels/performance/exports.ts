// What an export is made of, loaded with the console.
export { csvOf } from './columns.ts';
export { columnsOnScreen } from './useSeries.ts';
