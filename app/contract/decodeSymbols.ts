// The door for symbols (symbols.ts). decode.ts calls it.
import * as v from 'valibot';
import { type Schema, acuIds, bytes } from './shapes.ts';
import { type SymbolsAsked, type SymbolsTold, symbolLimits } from './symbols.ts';

export const params: Schema<SymbolsAsked> = v.strictObject({ acus: v.pipe(acuIds, v.maxLength(symbolLimits.acus)) });
export const told: Schema<SymbolsTold> = v.strictObject({ bytes });
