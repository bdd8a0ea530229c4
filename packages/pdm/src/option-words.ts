/** One option, or the value of one, in the text of `NODE_OPTIONS`. */
export interface OptionWord {
  /** As Node.js reads it. */
  readonly value: string;
  /** Where it is written, quotes included. */
  readonly start: number;
  readonly end: number;
}

/**
 * Splits the text of `NODE_OPTIONS` as Node.js does: at spaces; double quotes hold together, anywhere in an option; within them a backslash
 * escapes. https://nodejs.org/api/cli.html#node_optionsoptions
 */
export function splitOptions(text: string): readonly OptionWord[] {
  return [...text.matchAll(/(?:"(?:\\.|[^"\\])*"?|[^" ])+/gs)].map(({ 0: written, index }) => ({
    value: written.replaceAll(/"((?:\\.|[^"\\])*)"?/gs, (_, inner: string) => inner.replaceAll(/\\(.)/gs, "$1")),
    start: index,
    end: index + written.length,
  }));
}
