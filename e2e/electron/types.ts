// Electron's types for the journeys, which may not import the module: only its door may (scripts/layering.ts).
/// <reference types="electron" />
export type Main = typeof Electron.Main & typeof Electron.CrossProcessExports;
