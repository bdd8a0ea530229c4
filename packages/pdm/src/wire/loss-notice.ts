/**
 * How `perf` says that events were lost: an extra event of class `pdm.perf.event`, which every client can load, right
 * before the next event of the same subscription, with the number lost in this field beside `time`. A service's own
 * event is not likely to have a field of this name.
 */
export const LOSS_FIELD = "pdm_lost";
