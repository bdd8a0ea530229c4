/** Steps of a path that are no property: to the key of an entry, to an element of a set. */
export const KEY: unique symbol = Symbol("key");
export const ELEMENT: unique symbol = Symbol("element");

/** How the place of a value reads in a message: `value.orders[3].when`, with `{key}` and `{element}` for what has no name. */
export function formatTrail(steps: readonly unknown[]): string {
  let text = "value";
  for (const step of steps) {
    if (step === KEY || step === ELEMENT) text += `{${step.description}}`;
    else if (typeof step === "string" && /^[A-Za-z_$][\w$]*$/.test(step)) text += `.${step}`;
    else if (typeof step === "string") text += `[${JSON.stringify(cut(step))}]`;
    else if (typeof step === "object" && step !== null) text += "[…]";
    else text += `[${cut(String(step))}]`;
  }
  return text;
}

function cut(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
