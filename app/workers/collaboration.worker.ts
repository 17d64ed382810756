// Collaboration as a Web Worker.
import { Collaborator } from './collaborator.ts';
import { rememberedCosts } from './costs.ts';
import { inDatabase } from './gpu/remembered.ts';
import { serve } from './serve.ts';
import { turn } from './turn.ts';

serve(new Collaborator({ costs: () => rememberedCosts(inDatabase, `${navigator.userAgent} ${navigator.hardwareConcurrency}`, turn) }));
