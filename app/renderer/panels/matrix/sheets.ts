// Which sheet a matrix is on: names take room only where cells are large enough for them. Pure.
import { heatView } from '../../../workers/client.ts';
import type { HeatView, Sheet } from '../../../workers/client.ts';
import type { GridPlan } from '../grid/plan.ts';

/** `near`: with room for names; `bare`: with room for the one pointed at. */
export interface Sheets { readonly near: Sheet; readonly bare: Sheet }

/** Puts a plan on the sheet that suits it. `isWhole`: all of it is shown; else what is on screen stays there. */
export function fit(plan: GridPlan, { near, bare }: Sheets, isWhole: boolean): void {
  if (!isWhole) {
    plan.sheet = plan.hasNames('row') ? near : bare;
    plan.view = plan.refitted();
    return;
  }
  // without names above there may be room for those at the left
  for (const sheet of [near, { ...bare, left: near.left }, bare]) {
    plan.sheet = sheet;
    plan.view = plan.fitted();
    if (plan.hasNames('row')) return;
  }
}

/** Takes over the sheet that suits a view, with the view that shows the same there; null where the plan's own does. */
export function suit(plan: GridPlan, { near, bare }: Sheets, view: HeatView): HeatView | null {
  const from = plan.sheet, to = view.y.size >= heatView.sizes.label ? near : bare;
  if (to === from) return null;
  plan.sheet = to;
  plan.view = { x: { size: view.x.size, start: view.x.start + from.left - to.left }, y: { size: view.y.size, start: view.y.start + from.top - to.top } };
  return plan.refitted();
}
