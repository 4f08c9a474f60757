/** Notices of every response (RFC 9083 section 4.3, NRO profile), and what they say about where an answer comes from. */

import {
  type ActOn,
  handlePath,
  orderPath,
  type PauseInForce,
  type RegistryInfo,
  type Snapshot,
} from '@cadastre/reader'
import type { Json, JsonObject } from '@cadastre/records'
import { asciiJson } from './json.ts'
import { type Addresses, link } from './links.ts'

/**
 * RFC 9083 section 4.1, the NRO profile with its hierarchical model of AS numbers (a free number in a pool answers
 * as an administrative object), and cidr0. Every response declares them, help included.
 */
export const CONFORMANCE: readonly string[] = [
  'rdap_level_0',
  'nro_rdap_profile_0',
  'nro_rdap_profile_asn_hierarchical_0',
  'cidr0',
]

/** What every response of one log position shares. */
export type Frame = {
  readonly info: RegistryInfo
  readonly publication: Pick<Snapshot['publication'], 'size' | 'at'>
  readonly addresses: Addresses
  /** The same in every response, whatever is asked for. */
  readonly pause: PauseInForce | null
  /** Pages with the terms of use and with the way to report wrong data. */
  readonly termsUrl: string
  readonly inaccuracyUrl: string
}

/** A frame, and the text with which every answer of its log position ends. */
export type FinishedFrame = Frame & { readonly closing: string }

export function notice(
  title: string,
  description: readonly string[],
  links: readonly Json[] = [],
  type?: string,
): JsonObject {
  return {
    title,
    ...(type === undefined ? {} : { type }),
    description,
    ...(links.length > 0 ? { links } : {}),
  }
}

export function finishFrame(frame: Frame): FinishedFrame {
  const notices = commonNotices(frame).map(asciiJson)
  return { ...frame, closing: `${notices.join(',')}]}` }
}

function commonNotices(frame: Frame): readonly JsonObject[] {
  const { info, publication, addresses, pause, termsUrl, inaccuracyUrl } = frame
  const checkpoint = `${addresses.base}/log/checkpoint`
  return [
    ...(info.demonstration === null
      ? []
      : [notice(info.noticeTitle ?? 'Demonstration', [info.demonstration])]),
    ...(pause === null ? [] : [pauseNotice(frame, pause)]),
    notice(
      'Log position',
      [`As of log size ${publication.size}, ${publication.at}.`],
      [link(addresses.help, 'describedby', checkpoint, 'text/plain', 'Latest checkpoint of the log')],
    ),
    notice(
      'Terms of Service',
      [`${info.name} publishes this for everyone alike. Every record can be checked against the log.`],
      [link(addresses.help, 'terms-of-service', termsUrl, 'text/html')],
    ),
    notice(
      'Inaccuracy Report',
      [
        info.wrongData ??
          'Who finds wrong data can report it. Only its holder, or an order that names it, changes a record.',
      ],
      [link(addresses.help, 'inaccuracy-report', inaccuracyUrl, 'text/html')],
    ),
  ]
}

/** A claim or a succession in its window. */
export function actRemark(frame: Frame, { application, title, says }: ActOn, self: string): JsonObject {
  return notice(title, [says], [pageOf(frame, application, self)])
}

/** The page of an application or a move, as a link of the object at `self`. */
export function pageOf({ addresses }: Pick<Frame, 'addresses'>, handle: string, self: string): JsonObject {
  return link(self, 'describedby', `${addresses.base}${handlePath(handle)}`, 'text/html', handle)
}

/** What an order of an authority does to a holder's record, and the page that shows the whole of it. */
export function holderOrderRemark(
  { addresses }: Pick<Frame, 'addresses'>,
  { order, says }: { readonly order: string; readonly says: string },
  self: string,
): JsonObject {
  const page = `${addresses.base}${orderPath(order)}`
  return notice(
    'Order of an authority',
    [says],
    [link(self, 'describedby', page, 'text/html', `Order ${order}`)],
  )
}

function pauseNotice({ addresses }: Frame, { says }: PauseInForce): JsonObject {
  const page = `${addresses.base}/procedures/pause`
  return notice('Paused', [says], [link(addresses.help, 'describedby', page, 'text/html')])
}

export function helpNotices(frame: Frame): readonly JsonObject[] {
  return [
    notice(
      'Queries',
      [
        '/ip/<address> and /ip/<address>/<prefix length>: the smallest network that contains it.',
        '/autnum/<number>: the AS number or the block that contains it.',
        '/entity/<handle>: a holder or one of its contacts.',
        '/domain/<reverse zone>: the closest delegated zone; zones longer than /24 are named <first octet>-<length>.',
        'Searches and name servers are not offered.',
      ],
      [
        link(
          frame.addresses.help,
          'alternate',
          `${frame.addresses.base}/`,
          'text/html',
          'The same in a browser',
        ),
      ],
    ),
    notice('Proofs', [
      'Each answer links its proof: every record that covers what was asked, or that there is none.',
    ]),
  ]
}
