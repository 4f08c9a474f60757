/** From views of records to the bytes of an answer; pure. */

import type { JsonObject } from '@cadastre/records'
import { domainMembers } from './domain.ts'
import { contactMembers } from './entity.ts'
import type { Facts } from './facts.ts'
import { type HolderView, holderMembers, truncation } from './holder.ts'
import { link, QUERY_MARK } from './links.ts'
import { CONFORMANCE, commonNotices, type Frame, helpNotices, notice } from './notices.ts'
import { registrationMembers, wholeSpaceMembers } from './numbers.ts'
import type { RegistrationView, ZoneView } from './view.ts'

/**
 * The bytes of an answer, with room for what was asked between them: `tail` null where the query is not named. One
 * template answers every query of a registration.
 */
export type Template = { readonly status: number; readonly head: Buffer; readonly tail: Buffer | null }

/** Reason phrases (RFC 9110 section 15) of what this face answers. */
const TITLES: { readonly [status: number]: string } = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

function template(
  frame: Frame,
  status: number,
  members: JsonObject,
  notices: readonly JsonObject[] = [],
): Template {
  const text = JSON.stringify({
    rdapConformance: CONFORMANCE,
    ...members,
    notices: [...notices, ...commonNotices(frame)],
  })
  // Nothing before the mark was written by others, so the first one is ours.
  const mark = text.indexOf(QUERY_MARK)
  if (mark < 0) return { status, head: Buffer.from(text), tail: null }
  return {
    status,
    head: Buffer.from(text.slice(0, mark)),
    tail: Buffer.from(text.slice(mark + QUERY_MARK.length)),
  }
}

export function renderRegistration(frame: Frame, view: RegistrationView, facts: Facts): Template {
  return template(frame, 200, registrationMembers(frame, view, facts, 'top'))
}

export function renderWholeSpace(frame: Frame, space: 'ip4' | 'ip6'): Template {
  return template(frame, 200, wholeSpaceMembers(frame, space))
}

export function renderZone(frame: Frame, view: ZoneView, facts: Facts): Template {
  return template(frame, 200, domainMembers(frame, view, facts))
}

export function renderHolder(frame: Frame, view: HolderView, facts: Facts): Template {
  return template(frame, 200, holderMembers(frame, view, facts), truncation(view))
}

/** One contact of a holder; null where the holder has none of that number. */
export function renderContact(
  frame: Frame,
  holder: HolderView['holder'],
  index: number,
  facts: Facts,
): Template | null {
  const members = contactMembers(holder, index, facts, frame.addresses)
  return members === null ? null : template(frame, 200, members)
}

export function renderHelp(frame: Frame): Template {
  return template(frame, 200, {}, helpNotices(frame))
}

/** An error (RFC 9083 section 6): the code is the HTTP status, the title its reason phrase. */
export function renderError(
  frame: Frame,
  status: number,
  description: readonly string[],
  notices: readonly JsonObject[] = [],
): Template {
  const title = TITLES[status]
  if (title === undefined) throw new RangeError(`no reason phrase for ${status}`)
  return template(frame, status, { errorCode: status, title, description }, notices)
}

/** 404 for numbers: absence is proved too. */
export function renderAbsent(frame: Frame, space: 'ip4' | 'ip6' | 'asn', description: string): Template {
  const { addresses } = frame
  const proof = `${addresses.base}/proof/${space === 'asn' ? 'autnum' : 'ip'}/${QUERY_MARK}`
  const links = [link(addresses.help, 'alternate', proof, 'text/plain', 'Proof of absence (C2SP tlog-proof)')]
  return renderError(
    frame,
    404,
    [description],
    [notice('Proof', ['That nothing is registered is proved, too.'], links)],
  )
}
