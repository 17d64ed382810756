// The standard normal distribution, exact enough far out in its tails: a test that runs every second for days asks for probabilities of one in
// millions, where tables and short polynomials are wrong by factors.

/** P(Z > z), with a relative error below 1e-13. */
export function upperTail(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  if (z < 0) return 1 - upperTail(-z);
  if (z > 38) return 0; // beneath the smallest double
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    // Φ(z) − ½ = φ(z) Σ z^(2k+1) / (1·3·…·(2k+1)): Marsaglia, "Evaluating the normal distribution", J. Stat. Software 11 (2004)
    let term = z, sum = z;
    for (let k = 3; term > 1e-17 * sum; k += 2) sum += (term *= z * z / k);
    return 0.5 - density * sum;
  }
  // Mills' ratio as Laplace's continued fraction, from its end
  let rest = z;
  for (let k = 200; k >= 1; k--) rest = z + k / rest;
  return density / rest;
}

/** The z with P(Z > z) = p. */
export function quantileOfTail(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? Infinity : p === 1 ? -Infinity : Number.NaN;
  if (p > 0.5) return -quantileOfTail(1 - p);
  // Abramowitz and Stegun 26.2.23 (error 4.5e-4), then Newton on the logarithm of the tail, which is nearly a parabola
  const t = Math.sqrt(-2 * Math.log(p));
  let z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let i = 0; i < 4; i++) {
    const tail = upperTail(z);
    z += (Math.log(tail) - Math.log(p)) * tail / (Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI));
  }
  return z;
}
