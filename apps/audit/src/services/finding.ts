/** What the comparison of one answer with the record finds. */

export type Difference = {
  /** Where in the answer: an RFC 6901 pointer with names in place of indices where parts have one; an attribute. */
  readonly where: string
  /**
   * `missing`: the record says it and the answer does not. `differs`: both say something, not the same. `unexplained`:
   * the answer says it and nothing in the record does.
   */
  readonly what: 'missing' | 'differs' | 'unexplained'
  /** What the record says; null where it says nothing. */
  readonly record: string | null
  /** What was served; null where nothing was. */
  readonly served: string | null
}

/** One answer, judged. */
export type Judgement = {
  readonly differences: readonly Difference[]
  /** Values that the record only commits to: their presence was judged, and not what they say. */
  readonly unopened: number
}

/** The log position that an answer names. */
export type Position = { readonly size: number; readonly at: string }

/** A difference as a sentence. */
export function sentenceOf({ where, what, record, served }: Difference): string {
  switch (what) {
    case 'missing':
      return `${where}: the record says ${record}; the answer says nothing.`
    case 'differs':
      return `${where}: the record says ${record}; the answer says ${served}.`
    case 'unexplained':
      return `${where}: the answer says ${served}; nothing in the record does.`
  }
}
