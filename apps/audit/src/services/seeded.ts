/** A choice that the same seed makes again. */

/** Numbers in [0, 1) by xorshift over 32 bits: which questions are asked, and nothing that must be secret. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

/** `count` of the items, each as likely as any other, in the order in which they came. */
export function sample<T>(items: Iterable<T>, count: number, random: () => number): readonly T[] {
  const kept: { readonly at: number; readonly item: T }[] = []
  let at = 0
  for (const item of items) {
    if (kept.length < count) kept.push({ at, item })
    else {
      const place = Math.floor(random() * (at + 1))
      if (place < count) kept[place] = { at, item }
    }
    at += 1
  }
  return kept.sort((one, other) => one.at - other.at).map(({ item }) => item)
}
