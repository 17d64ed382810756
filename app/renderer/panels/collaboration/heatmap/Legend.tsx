// What the colours mean, with numbers and their unit.
import { DECADES, floorOf, share, short, ticks } from '../../../../workers/client.ts';
import type { Scale } from '../../../../workers/client.ts';

export function Legend({ scale, unit }: { scale: Scale; unit: string }) {
  const marks = ticks(scale, 6), isCut = scale.kind === 'log' && floorOf(scale) > scale.least;
  return (
    <div className="heat-legend" role="img"
      aria-label={`Colours, ${unit}: from 0 to ${short(scale.most)}, the stronger the further from the ground's colour; ${scaleWords[scale.kind]}`}>
      <span className="heat-zero" /><span className="heat-tick heat-tick-zero">0</span>
      <span className="heat-ramp" />
      {marks.map((value) => (
        <span key={value} className="heat-tick" style={{ insetInlineStart: `calc(26px + (100% - 26px) * ${share(scale, value).toFixed(4)})` }}>
          {short(value)}
        </span>
      ))}
      {isCut && <span className="sr-only">Below {short(floorOf(scale))}, {DECADES} powers of ten under the largest, all has the palest colour.</span>}
    </div>
  );
}

export const scaleWords = { linear: 'linear', root: 'square root', log: 'logarithmic' } as const;
