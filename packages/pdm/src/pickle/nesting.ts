import { limitError, type PickleLimits } from "./pickle-error.js";
import { Instance } from "./values.js";

/** Elements that are looked at each time that a list or tuple is met. */
const FLAT_LENGTH = 8;

interface Frame {
  readonly container: object;
  readonly children: readonly unknown[];
  next: number;
  /** Of the children seen so far. */
  height: number;
}

/**
 * Throws where containers nest deeper than `pickleDepth`, so that whoever walks the value by recursion is safe.
 *
 * The longest path counts, whatever the order in which the pickle put the parts together; a reference back to a
 * container that is being walked is a cycle and adds nothing. Uses no stack of its own.
 *
 * @throws PickleError `ERR_PDM_PICKLE_LIMIT`
 */
export function refuseDeepNesting(root: unknown, limits: PickleLimits): void {
  const heights = new Map<object, number>();
  const path: Frame[] = [];
  const enter = (container: object): void => {
    heights.set(container, 0);
    path.push({ container, children: childrenOf(container), next: 0, height: 0 });
  };
  if (isContainer(root)) enter(root);
  for (let frame = path.at(-1); frame; frame = path.at(-1)) {
    if (frame.next === frame.children.length) {
      path.pop();
      const height = frame.height + 1;
      heights.set(frame.container, height);
      const parent = path.at(-1);
      if (parent && parent.height < height) parent.height = height;
      continue;
    }
    const child = frame.children[frame.next++];
    if (!isContainer(child)) continue;
    const height = isFlat(child) ? 1 : heights.get(child);
    if (path.length + (height ?? 1) > limits.pickleDepth) {
      throw limitError(limits, "pickleDepth", "The pickle nests containers too deep");
    }
    if (height === undefined) enter(child);
    else if (frame.height < height) frame.height = height;
  }
}

function isContainer(value: unknown): value is object {
  if (typeof value !== "object") return false;
  return Array.isArray(value) || value instanceof Map || value instanceof Set || value instanceof Instance;
}

/** Whether a container is seen at a glance to hold no other; such are most, and need no entry in the table of heights. */
function isFlat(container: object): boolean {
  if (Array.isArray(container)) return container.length <= FLAT_LENGTH && !container.some(isContainer);
  return (container instanceof Map || container instanceof Set) && container.size === 0;
}

function childrenOf(container: object): readonly unknown[] {
  if (Array.isArray(container)) return container;
  if (container instanceof Set) return [...container];
  if (container instanceof Map) return [...container.keys(), ...container.values()];
  if (!(container instanceof Instance)) return [];
  const { callable, args, kwargs, state, listItems, dictItems } = container;
  return [callable, args, kwargs, state, listItems, dictItems];
}
