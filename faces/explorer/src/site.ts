/**
 * What a site may say beside the register's own pages, in the same frame: other pages, links to them, a part on pages of
 * numbers and holders. The watched world is shown so: the same explorer, and what else is known there.
 */

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
  /** In place of the history: what is known besides. */
  readonly section: (lookup: Lookup) => Promise<Markup | string>
  readonly pages: readonly {
    readonly route: string
    readonly make: (question: SiteQuestion) => Promise<SiteAnswer>
  }[]
}
