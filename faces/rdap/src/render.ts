/** From views of records to the bytes of an answer; pure. */

import type { RepresentativeBy } from '@cadastre/reader'
import type { JsonObject } from '@cadastre/records'
import { domainMembers } from './domain.ts'
import { contactMembers, representativeMembers } from './entity.ts'
import type { Facts } from './facts.ts'
import { type HolderView, holderMembers, truncation } from './holder.ts'
import { asciiJson } from './json.ts'
import { link, QUERY_MARK } from './links.ts'
import { CONFORMANCE, type FinishedFrame, helpNotices, notice } from './notices.ts'
import { registrationMembers, remarksText, wholeSpaceMembers } from './numbers.ts'
import type { RegistrationView, ZoneView } from './view.ts'

/**
 * The text of an answer, with room for what was asked between `head` and `tail`: one template answers every query of a
 * registration. `tail` null: the query is not named. `closing` is shared by all of one log position.
 */
export type Template = {
  readonly status: number
  readonly head: string
  readonly tail: string | null
  readonly closing: string
  /** Where the answer is, with status 302. */
  readonly location?: string
}

/** The mark as it stands in the text. */
const MARK = asciiJson(QUERY_MARK).slice(1, -1)

const OPENING = `{"rdapConformance":${JSON.stringify(CONFORMANCE)},`

/** Reason phrases (RFC 9110 section 15) of what this face answers. */
const TITLES: { readonly [status: number]: string } = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

/** `more`: members besides, as text. */
function template(
  { closing }: FinishedFrame,
  status: number,
  members: JsonObject | null,
  notices: readonly JsonObject[] = [],
  more: string | null = null,
): Template {
  const own = members === null ? '' : `${asciiJson(members).slice(1, -1)},${more === null ? '' : `${more},`}`
  const said = notices.map((one) => `${asciiJson(one)},`).join('')
  const text = `${OPENING}${own}"notices":[${said}`
  // Nothing before the mark was written by others, so the first one is ours.
  const mark = text.indexOf(MARK)
  if (mark < 0) return { status, head: text, tail: null, closing }
  return { status, head: text.slice(0, mark), tail: text.slice(mark + MARK.length), closing }
}

export function renderRegistration(frame: FinishedFrame, view: RegistrationView, facts: Facts): Template {
  return template(frame, 200, registrationMembers(frame, view, facts, 'top'), [], remarksText(frame, view))
}

export function renderWholeSpace(frame: FinishedFrame, space: 'ip4' | 'ip6'): Template {
  return template(frame, 200, wholeSpaceMembers(frame, space))
}

export function renderZone(frame: FinishedFrame, view: ZoneView, facts: Facts): Template {
  return template(frame, 200, domainMembers(frame, view, facts))
}

export function renderHolder(frame: FinishedFrame, view: HolderView, facts: Facts): Template {
  return template(frame, 200, holderMembers(frame, view, facts), truncation(view))
}

/** One contact of a holder; null where the holder has none of that number. */
export function renderContact(
  frame: FinishedFrame,
  holder: HolderView['holder'],
  index: number,
  facts: Facts,
): Template | null {
  const members = contactMembers(holder, index, facts, frame.addresses)
  return members === null ? null : template(frame, 200, members)
}

/** Who acts for a holder by order of an authority. */
export function renderRepresentative(frame: FinishedFrame, by: RepresentativeBy): Template {
  return template(frame, 200, representativeMembers(by, frame.addresses))
}

export function renderHelp(frame: FinishedFrame): Template {
  return template(frame, 200, null, helpNotices(frame))
}

/** An error (RFC 9083 section 6): the code is the HTTP status, the title its reason phrase. */
export function renderError(
  frame: FinishedFrame,
  status: number,
  description: readonly string[],
  notices: readonly JsonObject[] = [],
): Template {
  const title = TITLES[status]
  if (title === undefined) throw new RangeError(`no reason phrase for ${status}`)
  return template(frame, status, { errorCode: status, title, description }, notices)
}

/** Numbers that another registry answers for (RFC 7480 section 5.2); not for ever, since they may come back. */
export function renderElsewhere(frame: FinishedFrame, location: string, arriving: boolean): Template {
  const why = arriving
    ? 'These numbers are on their way here. Until the move is final the other registry answers for them.'
    : 'Another registry answers for these numbers.'
  const said = notice('Elsewhere', [why, location])
  return { ...template(frame, 302, null, [said]), location }
}

/**
 * 404 for numbers and zones, with its proof. `covered`: records cover what was asked, so that the proof shows those
 * records, and not that there are none.
 */
export function renderAbsent(
  frame: FinishedFrame,
  space: 'ip4' | 'ip6' | 'asn',
  description: string,
  covered: boolean,
): Template {
  const { addresses } = frame
  const proof = `${addresses.base}/proof/${space === 'asn' ? 'autnum' : 'ip'}/${QUERY_MARK}`
  const title = covered ? 'Proof of the covering records' : 'Proof of absence'
  const links = [link(addresses.help, 'alternate', proof, 'text/plain', `${title} (C2SP tlog-proof)`)]
  const said = covered
    ? 'Records cover what was asked; the proof shows every one of them, and so what none of them says.'
    : 'That nothing is registered is proved, too.'
  return renderError(frame, 404, [description], [notice('Proof', [said], links)])
}
