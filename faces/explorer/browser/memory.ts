/**
 * What this browser remembers of the log from earlier visits: its key, and the largest size seen with its root. A log
 * only grows; one that is smaller, does not begin with what was seen, or changes its key shows different things to
 * different people.
 */

export type Seen = { readonly vkey: string; readonly size: number; readonly root: string }

/** What a browser keeps between visits; some refuse, so each part may throw. */
export type Keeper = {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
  readonly removeItem: (name: string) => void
}

const NAME = 'cadastre.log'

export function recall(keeper: Keeper): Seen | null {
  const text = keeper.getItem(NAME)
  if (text === null) return null
  try {
    const { vkey, size, root }: Partial<Record<keyof Seen, unknown>> = JSON.parse(text)
    return typeof vkey === 'string' && typeof size === 'number' && typeof root === 'string'
      ? { vkey, size, root }
      : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * Compares with what was seen before: null where it fits, else one sentence. `now` must have been fetched as the log's
 * last checkpoint: one that was asked for at an earlier size may be smaller.
 */
export function contradiction(seen: Seen | null, now: Seen): string | null {
  if (seen === null) return null
  if (seen.vkey !== now.vkey)
    return 'The log’s key is not the one that this browser saw on an earlier visit. Either this is another register at the same address, or somebody speaks in its name.'
  if (now.size < seen.size)
    return `The log has shrunk: this browser has seen ${seen.size} entries, now there are ${now.size}. A log only grows.`
  if (seen.size === now.size && seen.root !== now.root)
    return `This browser has seen another log of the same ${now.size} entries. A log has one history.`
  return null
}

export function remember(keeper: Keeper, seen: Seen | null, now: Seen): void {
  if (seen === null || now.size > seen.size || seen.vkey !== now.vkey)
    keeper.setItem(NAME, JSON.stringify(now))
}

export function forget(keeper: Keeper): void {
  keeper.removeItem(NAME)
}

/** Size and root of a checkpoint inside a verified proof document: the lines after the origin. */
export function checkpointOf(document: string, vkey: string): Seen | null {
  const [, checkpoint = ''] = document.split(/\n\n/, 2)
  const [, size, root] = checkpoint.split('\n')
  return size === undefined || root === undefined ? null : { vkey, size: Number(size), root }
}
