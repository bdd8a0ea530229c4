/** To three places: what is measured in milliseconds means nothing below a microsecond. */
export function roundToThousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
