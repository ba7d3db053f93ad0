/** One event as it stands in a response. */
export type Frame = { id: string; data: string };

/**
 * Takes a response piece by piece, split anywhere, and calls `onFrame` for each event in it. It knows the frames of ChatWait, one
 * line for each field, and no others.
 */
export function frameScanner(onFrame: (frame: Frame) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let pending = "";
  return (chunk) => {
    pending += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = pending.indexOf("\n\n"); end >= 0; end = pending.indexOf("\n\n", from)) {
      const [id, , data] = pending.slice(from, end).split("\n");
      from = end + 2;
      if (id?.startsWith("id: ") && data?.startsWith("data: ")) onFrame({ id: id.slice(4), data: data.slice(6) });
    }
    pending = pending.slice(from);
  };
}
