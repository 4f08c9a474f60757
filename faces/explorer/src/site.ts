/**
 * What a site may say beside the register's own pages, in the same frame: other pages, links to them, a part on pages of
 * numbers and holders. The watched world is shown so: the same explorer, and what else is known there.
 */

import type { AskApi, SubscribeWords } from './subscribe.ts'
import type { Lookup } from './types.ts'
import type { Markup } from './words.ts'

/** One question to a page: what stands in its address. */
export type SiteQuestion = {
  /** Value of a named part of the route, decoded; empty where there is none. */
  param(name: string): string
  query(name: string): string | undefined
}

export type SiteAnswer = {
  readonly status: 200 | 400 | 404
  readonly title: string
  readonly body: Markup | Promise<Markup>
}

export type Site = {
  /** Beside the name, on every page. */
  readonly subtitle: string
  /** Links in the head of every page. */
  readonly nav: readonly { readonly href: string; readonly text: string }[]
  /** Links at the foot, in place of the register's own. */
  readonly ways: readonly { readonly href: string; readonly text: string }[]
  /** The last sentence of every page. */
  readonly closing: string
  /** Paths of further style sheets of this origin. */
  readonly styles: readonly string[]
  /** The first page. */
  readonly home: () => Markup | Promise<Markup>
  /** The page of an answer in the site's own words; null = the register's page of it. */
  readonly body: (lookup: Lookup) => Promise<Markup | null>
  /** Whether pages load the register's verifier: not where the answers are no registry's records. */
  readonly verifies: boolean
  /** Pages by which one asks to be told, in the site's words; null = there are none. */
  readonly subscribe: { readonly words: SubscribeWords; readonly ask: AskApi } | null
  readonly pages: readonly {
    readonly route: string
    readonly make: (question: SiteQuestion) => Promise<SiteAnswer>
  }[]
}
