/** `attached.ts` and all that it needs, as one script whose value is what that module exports. The build puts it in the place of this. */
export const ATTACHED_SOURCE: string = "";
