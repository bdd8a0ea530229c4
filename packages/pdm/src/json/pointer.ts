/** A container's form as it stands in a text. */
type Form = Readonly<Record<string, unknown>>;

/**
 * The container's form that a JSON Pointer leads to, from the root's form on; undefined where it leads to nothing that is
 * a value of its own: a list within `$map` is none.
 */
export function resolvePointer(root: unknown, pointer: string): object | undefined {
  if (pointer !== "" && !pointer.startsWith("/")) return undefined;
  const steps = pointer === "" ? [] : pointer.slice(1).split("/");
  let form = root;
  for (let at = 0; at < steps.length;) {
    if (typeof form !== "object" || form === null) return undefined;
    if (Array.isArray(form)) {
      form = itemOf(form, steps[at++]);
      continue;
    }
    const step = unescapeStep(steps[at++] ?? "");
    if (!Object.hasOwn(form, step)) return undefined;
    const part = (form as Form)[step];
    if (step === "$map") form = itemOf(itemOf(part, steps[at++]), steps[at++]);
    else if (step === "$set") form = itemOf(part, steps[at++]);
    else if (step === "$error") {
      const field = unescapeStep(steps[at++] ?? "");
      if (typeof part !== "object" || part === null || !Object.hasOwn(part, field)) return undefined;
      form = (part as Form)[field];
    } else if (step.startsWith("$") && !step.startsWith("$$")) return undefined;
    else form = part;
  }
  return typeof form === "object" && form !== null ? form : undefined;
}

function itemOf(list: unknown, step: string | undefined): unknown {
  if (!Array.isArray(list) || step === undefined || !/^(?:0|[1-9]\d{0,15})$/.test(step)) return undefined;
  return list[Number(step)] as unknown;
}

function unescapeStep(step: string): string {
  return step.includes("~") ? step.replaceAll("~1", "/").replaceAll("~0", "~") : step;
}
