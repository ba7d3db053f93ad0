/**
 * The epochs of a stream: for each that is over, how many of its events the next one begins with. `[12]`: it is in epoch 1, whose
 * first 12 events are those of epoch 0. Empty where nothing was ever lost.
 */
export type Epochs = readonly number[];

export const NO_LOSS: Epochs = [];

/** Up to which seq a cursor of `epoch` is true of a stream with these epochs; -1 where it has had no such epoch. */
export function sharedUpTo(epochs: Epochs, epoch: number): number {
  return epoch > epochs.length ? -1 : Math.min(Number.POSITIVE_INFINITY, ...epochs.slice(epoch));
}

/** Up to which seq two copies of a stream are the same, as far as both go: one may know of losses that the other does not. */
export function agreedUpTo(one: Epochs, other: Epochs): number {
  let both = 0;
  while (both < one.length && one[both] === other[both]) both++;
  return Math.min(Number.POSITIVE_INFINITY, ...one.slice(both), ...other.slice(both));
}

export const textOfEpochs = (epochs: Epochs): string => epochs.join(",");
export const epochsOfText = (text: string): Epochs => (text === "" ? NO_LOSS : text.split(",").map(Number));
