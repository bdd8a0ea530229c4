/** Node's permission model, for a process that was started under it. */
interface Permission {
  has(scope: string, reference?: string): boolean;
}

function findPermission(): Permission | undefined {
  return (process as { readonly permission?: Permission }).permission;
}

/** Whether Node lets this process write there. */
export function mayWrite(path: string): boolean {
  return findPermission()?.has("fs.write", path) ?? true;
}

/** Whether Node lets this process listen and connect. Versions before 25 restrict neither. */
export function mayUseNetwork(): boolean {
  const permission = findPermission();
  if (permission === undefined || !process.allowedNodeEnvironmentFlags.has("--allow-net")) return true;
  return permission.has("net");
}
