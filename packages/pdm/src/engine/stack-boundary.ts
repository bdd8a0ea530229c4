import vm from "node:vm";

/** The file that stacks name for the boundary; a command's is `<repl:NUMBER>`. */
export const BOUNDARY_FILE = "<repl>";

type Boundary = <Args extends unknown[], Result>(call: (...args: Args) => Result, ...args: Args) => Result;

let boundary: Boundary | undefined;

/**
 * Calls `call`. A stack that is taken within it has a frame of {@link BOUNDARY_FILE}, which tells the frames of the command from
 * those of the daemon that led to it, whatever bundlers and source maps make of this file's name.
 */
export function callWithinBoundary<Args extends unknown[], Result>(
  call: (...args: Args) => Result,
  ...args: Args
): Result {
  boundary ??= new vm.Script("(call, ...args) => call(...args)", {
    filename: BOUNDARY_FILE,
  }).runInThisContext() as Boundary;
  return boundary(call, ...args);
}
