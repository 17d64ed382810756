// The left pane, under the name by which the window asks for it.
export { Overview as Acus } from './overview/Overview.tsx';
